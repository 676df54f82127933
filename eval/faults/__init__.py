"""The fault campaign: what may happen to a store happens to one, and what must not come of it is looked for."""
