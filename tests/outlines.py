"""HTML taken apart by its tags, and a text that does harm where it is not escaped."""

from html.parser import HTMLParser

HOSTILE = (
    '<img src=x onerror="alert(1)"> </div></article><script>alert(1)</script> '
    "[here](javascript:alert(1)) {{7*7}} ${alert(1)} ' onmouseover='alert(1)"
)


class Outline(HTMLParser):
    """Every tag with its attributes, and the text by the class of the tag around it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], "every tag is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, and begin its text."""
        self.tags.append((tag, dict(attrs)))
        name = dict(attrs).get("class") or tag
        if tag != "input":
            self._open.append(name)
        self.texts.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        """End the text of the tag."""
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Add to the text of every open tag."""
        for name in self._open:
            self.texts[name][-1] += data
