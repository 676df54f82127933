// What the page does in the browser: it fetches fragments, opens panels and keeps track of the conversation.
// Every fragment is HTML that the server has escaped; texts are only ever set through textContent.
(() => {
  "use strict";
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
  const root = new URL(".", document.querySelector('script[src*="page/page.js"]').src.replace(/page\/page\.js.*/, "x"));
  const letters = (count) =>
    [...crypto.getRandomValues(new Uint8Array(count))].map((byte) => "abcdefghijklmnop"[byte % 16]).join("");

  const state = {
    conversation: history.state?.conversation || sessionStorage.getItem("conversation") || letters(16),
    asking: false,
    replaces: null, // the exchange that is asked anew
    source: null, // where the source beside the answer is from
    opener: null, // what it was opened from: it gets the focus back
  };
  sessionStorage.setItem("conversation", state.conversation);
  history.replaceState({ ...history.state, conversation: state.conversation }, "");

  // ---- requests

  async function fetchFragment(path, options = {}) {
    const reply = await fetch(new URL(path, root), { credentials: "same-origin", ...options });
    if (!reply.ok) throw new Error(await told(reply));
    return reply.status === 204 ? "" : reply.text();
  }
  async function told(reply) {
    try {
      const { detail } = await reply.json();
      return typeof detail === "string" ? detail : "没有打开，请刷新页面再试";
    } catch {
      return "没有打开，请刷新页面再试";
    }
  }
  function say(text) {
    const note = $("#note") || Object.assign(document.createElement("div"), { id: "note" });
    ($("dialog[open]") || document.body).append(note); // a dialog lies over all else
    note.setAttribute("role", "status");
    note.textContent = text;
    note.classList.add("shown");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => note.classList.remove("shown"), 2600 + 60 * text.length);
  }
  const guarded = (act) => (...given) => Promise.resolve(act(...given)).catch((fault) => say(fault.message));

  // ---- asking

  const box = () => $("#question textarea");
  const audience = () => ($("#audience input:checked")?.value === "公务" ? "official" : "citizen");

  function fill(text) {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function ask(question) {
    if (state.asking) return say("上一个问题还在回答，可先停止");
    fill(question);
    setTimeout(() => $("#send").click(), 0);
  }
  function archive() {
    const done = $("#live .turn");
    if (!done) return;
    const kept = done.cloneNode(true);
    $$(".following", kept).forEach((offers) => offers.remove());
    $("#past").append(kept);
  }
  // gradio calls this with the inputs of the event; what it returns goes to the server.
  function begin(values) {
    const question = values[0].trim();
    const replaced = state.replaces?.dataset.answer || "";
    if (question) {
      archive();
      if (state.replaces) [...$$(".turn")].filter((turn) => turn.dataset.answer === replaced && replaced).forEach((turn) => turn.remove());
      state.replaces = null;
      waiting(question);
      asking(true);
      fill("");
      $("#welcome-place")?.remove();
      document.body.classList.add("talking");
    }
    return [question, state.conversation, replaced, ...values.slice(3)];
  }
  // Shown until the server's first words come.
  function waiting(question) {
    const turn = $("#waiting-turn").content.cloneNode(true);
    $(".question", turn).textContent = question;
    $("#live .html-container > div").replaceChildren(turn);
  }
  // gradio tells that it reached no server, or that too many wait, in a notice of its own, which the page hides.
  new MutationObserver(() => {
    const fresh = $$(".toast-body:not([data-seen])");
    fresh.forEach((notice) => (notice.dataset.seen = "1"));
    if (!state.asking || !fresh.length) return;
    const turn = $("#live .turn");
    if (!box().value) fill($(".question", turn).textContent); // kept though gradio loads the page anew
    turn.remove();
    asking(false);
    say("没有连上服务，或者提问的人太多，请稍后再试");
  }).observe(document.body, { childList: true, subtree: true });
  function asking(on) {
    state.asking = on;
    document.body.classList.toggle("asking", on);
    if (on) toEnd();
  }
  async function finish() {
    asking(false);
    const last = $("#live .turn");
    if (last) $("#announcer").textContent = $(".plain", last)?.textContent || $(".reply", last)?.textContent || "";
    toEnd();
    tabs.postMessage({ changed: state.conversation });
    await Promise.all([list(), offer()]);
  }
  // What to ask next takes longer than the answer, so it comes after it. The visitor did not ask for it, and may have
  // deleted the answer meanwhile: where it does not come, nothing is said.
  async function offer() {
    const turn = $$(".turn").at(-1);
    if (!turn?.dataset.answer || $(".following[aria-label=可以接着问]", turn)) return;
    const html = await fetchFragment(`page/answers/${turn.dataset.answer}/following`).catch(() => "");
    if (html && turn.isConnected && isLast(turn) && !state.asking) $(".plain", turn).insertAdjacentHTML("beforebegin", html);
  }
  function stop() {
    asking(false);
    const turn = $("#live .turn[data-state=pending]");
    if (!turn) return;
    turn.dataset.state = "stopped";
    turn.removeAttribute("aria-busy");
    const waiting = $(".waiting", turn);
    if (waiting) waiting.textContent = "已停止";
    guarded(fetchFragment)(`page/conversations/${state.conversation}/stop`, { method: "POST" });
  }
  function toEnd() {
    requestAnimationFrame(() => {
      const last = $("#live .turn") || $("#past .turn:last-child");
      last?.scrollIntoView({ block: "start", behavior: calm() });
    });
  }
  const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

  // ---- the source beside the answer

  async function openSource(from) {
    const { document: id, start, end } = from.dataset;
    if (!(await showSource({ document: id, start, end }))) return;
    state.opener = from;
    from.classList.add("current");
    const place = { ...history.state, source: state.source };
    if (history.state?.source) history.replaceState(place, "");
    else history.pushState(place, "");
  }
  // False where another was opened meanwhile: that one is to be seen.
  async function showSource({ document: id, start, end }) {
    const address = `page/source?${new URLSearchParams({ doc: id, start, end })}`;
    showSource.latest = address;
    const html = await fetchFragment(address);
    if (showSource.latest !== address) return false;
    const panel = $(".panel");
    $("#source-body").innerHTML = html;
    panel.hidden = false;
    document.body.classList.add("sourced");
    state.source = { document: id, start, end };
    $$(".cite.current, .cited-open.current").forEach((other) => other.classList.remove("current"));
    panel.focus({ preventScroll: true });
    const mark = $("mark", panel);
    $("#source").scrollTop = 0;
    if (mark) mark.scrollIntoView({ block: "nearest" });
    return true;
  }
  function hideSource() {
    if (!state.source) return;
    state.source = null;
    $(".panel").hidden = true;
    document.body.classList.remove("sourced");
    $$(".current").forEach((other) => other.classList.remove("current"));
    state.opener?.focus();
  }
  // Opening made an entry in the history, which closing takes back.
  function closeSource() {
    if (history.state?.source) history.back();
    else hideSource();
  }

  // ---- the reader

  async function openReader(address, push) {
    const query = new URL(address, location.href).searchParams;
    const [start, end] = (query.get("quote") || "0-0").split("-");
    const wanted = new URLSearchParams({ doc: query.get("doc"), start: Number(start) || 0, end: Number(end) || 0 });
    const html = await fetchFragment(`page/reader?${wanted}`);
    $("#reader-body").innerHTML = html;
    $(".reader").hidden = false;
    document.body.classList.add("reading");
    state.reading = query.get("doc");
    if (push) history.pushState({ ...history.state, reader: true }, "", `?${query}`);
    $(".reader").focus({ preventScroll: true });
    goTo(query.get("clause"), true);
  }
  function hideReader() {
    if (!state.reading) return;
    state.reading = null;
    $(".reader").hidden = true;
    document.body.classList.remove("reading", "tree-open");
    $("#reader-body").replaceChildren();
  }
  function closeReader() {
    if (history.state?.reader) return history.back();
    history.replaceState(history.state, "", location.pathname); // it was opened by its address
    hideReader();
  }
  function goTo(clause, preferMark) {
    const paper = $(".paper");
    const section = clause ? $$(".piece", paper).find((piece) => piece.dataset.clause === clause) : null;
    const target = (preferMark && $("mark", paper)) || section;
    $$(".piece.here").forEach((piece) => piece.classList.remove("here"));
    section?.classList.add("here");
    target?.scrollIntoView({ block: preferMark ? "center" : "start" });
    pointTree(clause);
  }
  function pointTree(clause) {
    $$(".tree a[aria-current]").forEach((link) => link.removeAttribute("aria-current"));
    const link = clause && $$(".tree a").find((candidate) => candidate.dataset.clause === clause);
    if (!link) return;
    link.setAttribute("aria-current", "true");
    for (let item = link.closest("li"); item; item = item.parentElement.closest(".tree li")) unfold(item, true);
    link.scrollIntoView({ block: "nearest" });
  }
  function unfold(item, open) {
    $(":scope > .twig", item)?.setAttribute("aria-expanded", String(open));
  }
  function searchTree(words) {
    const wanted = words.trim();
    const texts = new Map($$(".piece").map((piece) => [piece.dataset.clause, piece.textContent]));
    let count = 0;
    const shows = (item) => {
      const link = $(":scope > a", item);
      const own = !wanted || link.textContent.includes(wanted) || (texts.get(link.dataset.clause) || "").includes(wanted);
      const below = $$(":scope > ul > li", item).map(shows).some(Boolean);
      if (own && wanted) count += 1;
      item.hidden = !own && !below;
      link.classList.toggle("hit", Boolean(own && wanted));
      if (wanted && below) unfold(item, true);
      return own || below;
    };
    $$(".tree > ul > li").forEach(shows);
    $(".tree-count").textContent = wanted ? (count ? `${count} 处条款` : "没有找到") : "";
  }

  // ---- conversations

  async function list() {
    const words = $("#conversation-search")?.value || "";
    $("#conversation-list").innerHTML = await fetchFragment(`page/conversations?${new URLSearchParams({ q: words })}`);
    $$("#conversation-list li").forEach((row) => {
      if (row.dataset.conversation === state.conversation) $("button", row).setAttribute("aria-current", "true");
    });
  }
  async function open(name) {
    if (state.asking) return say("上一个问题还在回答，可先停止");
    await show(name);
    hideSource();
    document.body.classList.remove("side-open");
    visit(name);
    if ($("#past .turn")) toEnd();
  }
  async function begun() {
    if (state.asking) return say("上一个问题还在回答，可先停止");
    await show(letters(16));
    hideSource();
    document.body.classList.remove("side-open");
    visit(state.conversation);
    if (matchMedia("(hover: hover)").matches) box().focus(); // on a phone the keyboard would cover the page
  }
  function visit(name) {
    if (history.state?.conversation !== name) history.pushState({ conversation: name }, "", location.pathname);
  }
  async function show(name) {
    const query = audience() === "official" ? "?official=true" : "";
    const html = await fetchFragment(`page/conversations/${name}${query}`);
    state.conversation = name;
    state.replaces = null;
    sessionStorage.setItem("conversation", name);
    $("#past").innerHTML = html;
    $("#live .turn")?.remove();
    document.body.classList.toggle("talking", Boolean(html));
    if (html) $("#welcome-place")?.remove();
    else await welcome();
    guarded(list)();
    guarded(offer)();
  }
  async function welcome() {
    if ($("#welcome-place")) return;
    const place = Object.assign(document.createElement("div"), { id: "welcome-place" });
    place.innerHTML = await fetchFragment("page/welcome");
    $("#past").before(place);
  }

  // What another tab of this visitor did is seen here too.
  const tabs = new BroadcastChannel(`policy-assistant ${root.pathname}`);
  tabs.onmessage = guarded(async ({ data: { changed, deleted } }) => {
    if (deleted === state.conversation || deleted === "all") return state.asking || begun();
    if (changed === state.conversation && !state.asking) return show(changed);
    await list();
  });

  // ---- copying

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text, className: "unseen" });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say("已复制");
  }

  // ---- files and opinions

  function download(address, apart) {
    const link = Object.assign(document.createElement("a"), { href: address });
    if (apart) Object.assign(link, { target: "_blank", rel: "noopener" });
    else link.download = "";
    document.body.append(link);
    link.click();
    link.remove();
  }
  async function rate(turn, opinion) {
    await fetchFragment(`page/answers/${turn.dataset.answer}/feedback`, json("PUT", opinion));
    say("已记下，谢谢");
  }
  const json = (method, content) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
  const submits = {
    feedback: async (form, given) => {
      const turn = form.closest(".turn");
      await rate(turn, { good: false, reason: given.get("reason"), comment: given.get("comment") });
      form.hidden = true;
      $("[data-act=bad]", turn).setAttribute("aria-pressed", "true");
      $("[data-act=bad]", turn).setAttribute("aria-expanded", "false");
      $("[data-act=good]", turn).setAttribute("aria-pressed", "false");
    },
    letter: async (form, given) => {
      const complaint = { matter: given.get("matter"), text: given.get("text"), answer: form.dataset.answer || null };
      $("#letters-body").innerHTML = await fetchFragment("page/complaints", json("POST", complaint));
      $(".receipt").focus();
    },
    "follow-form": async (form, given) => {
      const place = $(".followed");
      place.replaceChildren();
      const query = new URLSearchParams({ number: given.get("number") });
      try {
        place.innerHTML = await fetchFragment(`page/complaint?${query}`);
      } catch (fault) {
        place.textContent = fault.message;
      }
    },
  };
  document.addEventListener("submit", (event) => {
    const name = Object.keys(submits).find((candidate) => event.target.classList.contains(candidate));
    if (!name) return;
    event.preventDefault();
    guarded(submits[name])(event.target, new FormData(event.target));
  });

  // ---- what buttons do, by their data-act

  const acts = {
    source: (button) => openSource(button),
    "close-source": closeSource,
    read: (link) => openReader(link.href, true),
    "close-reader": closeReader,
    go: (link) => {
      goTo(link.dataset.clause, false);
      history.replaceState(history.state, "", link.getAttribute("href"));
      document.body.classList.remove("tree-open");
    },
    unfold: (button) => button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true")),
    tree: (button) => toggled(button, "tree-open"),
    share: async () => copy(location.href),
    copy: (button) => copy(button.dataset.copy),
    "copy-answer": (button) => copy($(".plain", button.closest(".turn")).textContent.trim()),
    ask: (button) => ask(button.dataset.question),
    retry: (button) => {
      const turn = button.closest(".turn");
      state.replaces = isLast(turn) ? turn : null;
      ask($(".question", turn).textContent);
    },
    edit: (button) => {
      const turn = button.closest(".turn");
      state.replaces = isLast(turn) ? turn : null;
      fill($(".question", turn).textContent);
      box().focus();
      say(state.replaces ? "改好后发送，将代替原来的问答" : "可改后作为新问题发送");
    },
    good: async (button) => {
      await rate(button.closest(".turn"), { good: true });
      button.setAttribute("aria-pressed", "true");
      $("[data-act=bad]", button.parentElement).setAttribute("aria-pressed", "false");
      $(".feedback", button.closest(".turn")).hidden = true;
    },
    bad: (button) => {
      const form = $(".feedback", button.closest(".turn"));
      form.hidden = !form.hidden;
      button.setAttribute("aria-expanded", String(!form.hidden));
      if (form.hidden) return;
      form.scrollIntoView({ block: "center", behavior: calm() });
      $("input", form).focus({ preventScroll: true });
    },
    export: (button) => {
      const address = new URL(`page/conversations/${state.conversation}/export${button.dataset.suffix}`, root);
      button.closest("details").open = false;
      download(address, button.dataset.suffix === ".html");
    },
    new: begun,
    home: begun,
    open: (button) => open(button.closest("li").dataset.conversation),
    rename: async (button) => {
      const row = button.closest("li");
      const title = prompt("会话名称", $(".conversation-title", row).textContent);
      if (title === null) return;
      await fetchFragment(`page/conversations/${row.dataset.conversation}`, json("PUT", { title: title.slice(0, 200) }));
      await list();
    },
    delete: async (button) => {
      const name = button.closest("li").dataset.conversation;
      if (state.asking && name === state.conversation) return say("上一个问题还在回答，可先停止");
      if (!confirm("彻底删除这个会话？删除后无法找回。")) return;
      await fetchFragment(`page/conversations/${name}`, { method: "DELETE" });
      tabs.postMessage({ deleted: name });
      if (name === state.conversation) await begun();
      else await list();
    },
    "delete-all": async () => {
      if (state.asking) return say("上一个问题还在回答，可先停止");
      if (!confirm("彻底删除您的全部会话和评价？删除后无法找回。")) return;
      await fetchFragment("page/conversations", { method: "DELETE" });
      tabs.postMessage({ deleted: "all" });
      await begun();
      say("已全部删除");
    },
    complain: async (button) => {
      const turn = button.closest(".turn");
      $("#letters-body").innerHTML = await fetchFragment("page/complaints");
      const form = $(".letter");
      if (turn?.dataset.answer) {
        form.dataset.answer = turn.dataset.answer;
        const about = $(".about", form);
        about.hidden = false;
        about.textContent = `所指的回答：${$(".question", turn).textContent}（编号 ${turn.dataset.answer.slice(0, 12)}）`;
      }
      document.body.classList.remove("side-open");
      $(".letters").showModal();
      $("textarea", form).focus();
    },
    "close-complaints": () => $(".letters").close(),
    scope: (button) => toggled(button, "scope-open"),
    side: (button) => toggled(button, "side-open"),
    larger: (button) => remember(button, "larger"),
    dark: (button) => remember(button, "dark"),
  };
  const isLast = (turn) => $$(".turn").at(-1) === turn;
  function toggled(button, name) {
    button.setAttribute("aria-expanded", String(document.body.classList.toggle(name)));
  }
  function remember(button, name) {
    const on = document.body.classList.toggle(name);
    button.setAttribute("aria-pressed", String(on));
    localStorage.setItem(name, on ? "1" : "0");
  }

  document.addEventListener("click", (event) => {
    $$("details.menu-of[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false));
    const button = event.target.closest("[data-act]");
    if (!button) {
      if (document.body.classList.contains("side-open") && !event.target.closest("#side")) document.body.classList.remove("side-open");
      return;
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a link opens in a tab of its own
    event.preventDefault();
    guarded(acts[button.dataset.act])(button);
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "tree-search") searchTree(event.target.value);
    if (event.target.id === "conversation-search") {
      clearTimeout(list.timer);
      list.timer = setTimeout(guarded(list), 250);
    }
  });
  document.addEventListener("change", (event) => {
    if (event.target.closest("#scope")) {
      const count = $$("#scope input:checked").length;
      $("#scope-count").textContent = count ? ` ${count}` : "";
    }
    if (event.target.closest("#audience") && $(".turn") && !state.asking) guarded(async () => (await show(state.conversation), toEnd()))();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      // Enter that ends the composing of a character is not meant to send.
      if (event.target === box() && event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
      if (event.key !== "Escape" || $("dialog[open]")) return;
      if (document.body.classList.contains("reading")) closeReader();
      else if (state.asking) $("#stop").click();
      else if (document.body.classList.contains("sourced")) closeSource();
      else document.body.classList.remove("side-open");
    },
    true,
  );
  // Back and forth: the conversation and the source stand in the history's state, the document in the address.
  addEventListener(
    "popstate",
    guarded(async () => {
      const { conversation, source } = history.state || {};
      if (conversation && conversation !== state.conversation) {
        if (state.asking) {
          history.pushState({ conversation: state.conversation }, "", location.pathname);
          return say("上一个问题还在回答，可先停止");
        }
        await show(conversation);
      }
      if (!new URL(location).searchParams.has("doc")) hideReader();
      else if (new URL(location).searchParams.get("doc") !== state.reading) await openReader(location.href, false);
      if (!source) hideSource();
      else if (JSON.stringify(source) !== JSON.stringify(state.source)) await showSource(source);
    }),
  );
  addEventListener("pagehide", () => sessionStorage.setItem("draft", box()?.value || ""));

  // ---- the beginning: once gradio has put the parts in place

  async function start() {
    for (const name of ["larger", "dark"]) {
      const kept = localStorage.getItem(name);
      if (kept !== null) document.body.classList.toggle(name, kept === "1");
      $(`[data-act=${name}]`)?.setAttribute("aria-pressed", String(document.body.classList.contains(name)));
    }
    const announcer = Object.assign(document.createElement("div"), { id: "announcer", className: "unseen" });
    announcer.setAttribute("aria-live", "polite");
    document.body.append(announcer);
    box().setAttribute("aria-label", "问题");
    if (new URL(location).searchParams.has("doc")) guarded(openReader)(location.href, false);
    await guarded(show)(state.conversation);
    if ($("#past .turn")) toEnd();
    else await guarded(welcome)();
    if (history.state?.source) await guarded(showSource)(history.state.source);
    fill(sessionStorage.getItem("draft") || "");
    document.body.classList.add("ready");
  }
  const parts = ["#question textarea", "#send", "#past", ".panel", ".reader", "#conversation-list", "#audience input"];
  const ready = setInterval(() => {
    if (!parts.every((part) => $(part))) return;
    clearInterval(ready);
    guarded(start)();
  }, 30);

  window.policyPage = { begin, finish: guarded(finish), stop };
})();
