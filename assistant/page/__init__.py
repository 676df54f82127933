"""The web page: what it shows, part by part; the only package that knows gradio."""
