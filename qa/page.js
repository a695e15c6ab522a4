// The page's own script, before Gradio's: which language it speaks, and what clicks do.
(() => {
  const chosen = document.cookie.match(/(?:^|; )khabar_language=(en|hi)(?:;|$)/);
  const language = chosen ? chosen[1] : /^hi/i.test(navigator.language) ? "hi" : "en";
  // Gradio takes the browser's language for the reader's, and for the page's own.
  Object.defineProperty(navigator, "language", { get: () => language });
  Object.defineProperty(navigator, "languages", { get: () => [language] });
  document.documentElement.lang = language;

  let opener = null; // what opened the source, to go back to

  // A button, or a form, that carries data-do tells the server what it carries: as a click where
  // something else opens, and an answer that is being written ends.
  const acting = (element, trigger) => {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (!button) return;
      if (["source", "passage"].includes(button.dataset.do)) opener = button;
      trigger(button.dataset.do === "open" ? "click" : "select", { ...button.dataset });
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target;
      trigger("select", { ...form.dataset, ...Object.fromEntries(new FormData(form)) });
    });
  };

  // Answers are read out as they come, in an element that stays.
  const live = (element) => element.setAttribute("aria-live", "polite");

  // The source beside the answer: shown at what was cited, closed by its button or Escape.
  const source = (element, props, watch) => {
    const shown = () => {
      const heading = element.querySelector("h2");
      if (!heading) return;
      heading.focus({ preventScroll: true });
      if (getComputedStyle(element).position !== "fixed") {
        element.scrollIntoView({ block: "nearest" });
      }
      const text = element.querySelector(".text");
      const cited = element.querySelector("mark.cited");
      if (cited) {
        const place = cited.getBoundingClientRect().top - text.getBoundingClientRect().top;
        text.scrollTop += place - text.clientHeight / 3;
      }
    };
    const close = () => {
      props.value = "";
      if (opener?.isConnected) opener.focus();
    };
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-do=close]")) close();
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    watch("value", shown);
  };

  const day = (element, props) => {
    element.addEventListener("change", (event) => {
      props.value = event.target.value;
    });
  };

  // While an answer is written it can be stopped; the next question comes after it.
  const busy = (whether) => document.documentElement.classList.toggle("khabar-busy", whether);

  window.khabar = { acting, live, source, day, busy };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-language]");
    if (!button) return;
    document.cookie = `khabar_language=${button.dataset.language}; path=/; max-age=31536000; samesite=strict`;
    location.reload();
  });

  // While an input method composes, Enter takes what it offers, and sends nothing.
  for (const kind of ["keydown", "keypress"]) {
    document.addEventListener(
      kind,
      (event) => {
        const composing = event.isComposing || event.keyCode === 229;
        if (event.key === "Enter" && composing) event.stopImmediatePropagation();
      },
      true,
    );
  }
})();
