// Turns the parts of the presentation in their place. Without it each part has an address, and the links lead there.
(function () {
  "use strict";
  document.documentElement.classList.add("js");

  const SECONDS = 20;
  const KEYS = "pilotzone.single-keys";
  const main = document.getElementById("main");
  const play = document.querySelector("[data-play]");
  const full = document.querySelector("[data-full]");
  const keys = document.querySelector("[data-keys-on]");
  const site = document.title.split(" · ").pop();
  let turning = 0;

  function parts() {
    return Array.from(main.querySelectorAll(".slide"));
  }

  function shown() {
    return parts().findIndex((each) => !each.hidden);
  }

  function addressOf(place) {
    const address = new URL(window.location.href);
    address.searchParams.set("part", String(place + 1));
    return address.href;
  }

  function show(place) {
    const all = parts();
    const to = (place + all.length) % all.length;
    all.forEach(function (each, at) {
      each.hidden = at !== to;
    });
    document.querySelectorAll("[data-part]").forEach(function (link, at) {
      if (at === to) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    document.querySelectorAll("[data-turn]").forEach(function (link) {
      link.href = addressOf((to + Number(link.dataset.turn) + all.length) % all.length);
    });
    document.title = all[to].dataset.name + " · " + site;
    window.history.replaceState(null, "", addressOf(to));
  }

  // Turned by hand: what is read aloud follows, and what turns by itself waits its whole time.
  function turn(place) {
    show(place);
    parts()[shown()].focus({ preventScroll: true });
    if (turning) start();
  }

  function start() {
    window.clearInterval(turning);
    turning = window.setInterval(next, SECONDS * 1000);
    play.textContent = play.dataset.pause;
  }

  function stop() {
    window.clearInterval(turning);
    turning = 0;
    play.textContent = play.dataset.play;
  }

  // A screen hangs there for days: with each round it asks for the figures anew. Where that fails the old ones stay,
  // with their day and time.
  function next() {
    const to = shown() + 1;
    if (to < parts().length) {
      show(to);
      return;
    }
    window
      .fetch(addressOf(0), { headers: { "X-By-Itself": "yes" } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then(function (text) {
        const fresh = new DOMParser().parseFromString(text, "text/html");
        // Where the log-in stands in its place there is nothing to show.
        if (!fresh.querySelector(".slide")) return;
        for (const place of ["main", ".stage-head"]) {
          document.querySelector(place).replaceChildren(...fresh.querySelector(place).childNodes);
        }
      })
      .catch(() => {})
      .then(() => show(0));
  }

  function goFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  }

  function hasSingleKeys() {
    return window.localStorage.getItem(KEYS) !== "off";
  }

  function nameKeys() {
    keys.textContent = hasSingleKeys() ? keys.dataset.keysOn : keys.dataset.keysOff;
  }

  document.querySelectorAll("[data-part], [data-turn]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      turn(link.dataset.part ? Number(link.dataset.part) - 1 : shown() + Number(link.dataset.turn));
    });
  });
  play.addEventListener("click", () => (turning ? stop() : start()));
  full.addEventListener("click", goFull);
  keys.addEventListener("click", function () {
    window.localStorage.setItem(KEYS, hasSingleKeys() ? "off" : "on");
    nameKeys();
  });
  nameKeys();

  const ALWAYS = {
    ArrowRight: () => turn(shown() + 1),
    ArrowLeft: () => turn(shown() - 1),
    Escape: () => document.querySelector("[data-leave]").click(),
  };
  // In a small window these move the page.
  const WHERE_NOTHING_SCROLLS = {
    ArrowDown: () => turn(shown() + 1),
    PageDown: () => turn(shown() + 1),
    " ": () => turn(shown() + 1),
    ArrowUp: () => turn(shown() - 1),
    PageUp: () => turn(shown() - 1),
    Home: () => turn(0),
    End: () => turn(parts().length - 1),
  };

  function scrolls() {
    return document.documentElement.scrollHeight > window.innerHeight;
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // The space bar presses the button that has the focus.
    if (event.key === " " && event.target.closest("button")) return;
    let act = ALWAYS[event.key] || (scrolls() ? null : WHERE_NOTHING_SCROLLS[event.key]);
    if (!act && hasSingleKeys()) {
      if (/^[1-9]$/.test(event.key) && Number(event.key) <= parts().length) act = () => turn(Number(event.key) - 1);
      else if (event.key.toLowerCase() === "p") act = () => play.click();
      else if (event.key.toLowerCase() === "f") act = goFull;
    }
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
