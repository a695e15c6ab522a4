// The page's own script, before Gradio's: which language it speaks, and what clicks do.
(() => {
  const chosen = document.cookie.match(/(?:^|; )khabar_language=(en|hi)(?:;|$)/);
  const language = chosen ? chosen[1] : /^hi/i.test(navigator.language) ? "hi" : "en";
  // Gradio takes the browser's language for the reader's, and for the page's own.
  Object.defineProperty(navigator, "language", { get: () => language });
  Object.defineProperty(navigator, "languages", { get: () => [language] });
  document.documentElement.lang = language;

  let opener = null; // what opened the source, to go back to

  // Whether what had the focus is gone, or out of sight.
  const isLost = () => !document.activeElement?.checkVisibility() || document.activeElement === document.body;

  // A button, or a form, that carries data-do tells the server what it carries: as a click where
  // something else opens, and an answer that is being written ends.
  const acting = (element, trigger, watch) => {
    let acted = "";
    element.tabIndex = -1;
    element.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-do]");
      if (!button) return;
      if (["source", "passage"].includes(button.dataset.do)) opener = button;
      acted = button.dataset.id;
      trigger(button.dataset.do === "open" ? "click" : "select", { ...button.dataset });
    });
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target;
      acted = form.dataset.id;
      trigger("select", { ...form.dataset, ...Object.fromEntries(new FormData(form)) });
    });
    // What was pressed is written anew, or gone: the focus stays with what it was about.
    watch("value", () => {
      if (acted && isLost()) {
        (element.querySelector(`[data-id="${acted}"]`) ?? element).focus();
      }
      acted = "";
    });
  };

  // Answers are read out as they come, in an element that stays.
  const live = (element) => element.setAttribute("aria-live", "polite");

  // The source beside the answer: shown at what was cited, closed by its button or Escape.
  const source = (element, props, watch) => {
    const isOver = () => getComputedStyle(element.closest("#beside")).position === "fixed";
    const shown = () => {
      const heading = element.querySelector("h2");
      if (!heading) return;
      heading.focus({ preventScroll: true });
      if (!isOver()) element.scrollIntoView({ block: "nearest" });
      // Over the page, it is a page of its own: a phone's way back leads out of it.
      else if (!history.state?.source) history.pushState({ source: true }, "");
      const text = element.querySelector(".text");
      const cited = element.querySelector("mark.cited");
      if (cited) {
        const place = cited.getBoundingClientRect().top - text.getBoundingClientRect().top;
        text.scrollTop += place - text.clientHeight / 3;
      }
    };
    const hide = () => {
      props.value = "";
      back(20);
    };
    // What is under it can have the focus only once it is gone, which takes some moments.
    const back = (tries) => {
      opener?.focus();
      const isThere = !opener?.isConnected || document.activeElement === opener;
      if (!isThere && tries) setTimeout(back, 25, tries - 1);
    };
    const close = () => (history.state?.source ? history.back() : hide());
    if (history.state?.source) history.replaceState(null, ""); // the page was loaded again
    addEventListener("popstate", () => element.querySelector("h2") && hide());
    element.addEventListener("click", (event) => {
      if (event.target.closest("[data-do=close]")) close();
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
    watch("value", shown);
  };

  // While Gradio still lays the page out it may write a field anew as it was before: what was chosen
  // stays chosen.
  const day = (element, props, watch) => {
    let chosen = props.value;
    element.addEventListener("change", (event) => {
      props.value = chosen = event.target.value;
    });
    watch("value", () => {
      if (props.value !== chosen) props.value = chosen;
    });
  };

  // While an answer is written it can be stopped; the next question comes after it.
  const busy = (whether) => {
    document.documentElement.classList.toggle("khabar-busy", whether);
    keep();
  };

  // Of the buttons for the languages, the one of the page's own.
  const spoken = (element) => {
    for (const button of element.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", button.dataset.language === language);
    }
  };

  window.khabar = { acting, live, source, day, spoken, busy };

  // Ask and Stop take each other's place, examples go, and a conversation opens in another tab:
  // the focus is not left nowhere.
  let held = null;
  document.addEventListener("focusin", (event) => {
    held = event.target.closest("#ask, #stop, #new, .example, #conversations .title");
  });
  const keep = () => {
    if (!held || held.checkVisibility()) return;
    const place = held.matches(".title") ? "[role=tab][data-tab-id=ask]" : "#ask, #stop";
    const places = document.querySelectorAll(held.id === "new" ? "#question textarea" : place);
    const next = [...places].find((each) => each.checkVisibility());
    if (next && isLost()) next.focus({ preventScroll: true });
  };

  // What Gradio says in English alone.
  const HINDI = {
    Error: "गड़बड़ी",
    Warning: "ध्यान दीजिए",
    "Connection to the server was lost. Attempting reconnection...":
      "सर्वर से संपर्क टूट गया है; दोबारा जोड़ने की कोशिश हो रही है…",
  };
  const translate = () => {
    for (const said of document.querySelectorAll(".toast-title, .toast-message-text")) {
      const text = said.firstChild;
      if (text?.data?.trim() in HINDI) text.data = HINDI[text.data.trim()];
    }
  };

  // Gradio's accordion shows by an arrow alone whether it is open.
  const fold = () => {
    const button = document.querySelector("#filters > button");
    button?.setAttribute("aria-expanded", button.classList.contains("open"));
    button?.querySelector(".icon")?.setAttribute("aria-hidden", "true");
  };
  document.addEventListener("click", () => setTimeout(fold));

  new MutationObserver(() => {
    keep();
    fold();
    if (language === "hi") translate();
  }).observe(document, { childList: true, subtree: true });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-language]");
    if (!button) return;
    document.cookie = `khabar_language=${button.dataset.language}; path=/; max-age=31536000; samesite=strict`;
    location.reload();
  });

  // What is pasted, dictated or composed for the files comes without a key, which Gradio waits for.
  document.addEventListener("input", (event) => {
    if (!event.target.matches("#files input")) return;
    event.target.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
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
