"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const root = document.documentElement;

  // The theme: what the reader's system asks for, until the button is pressed.
  const button = document.querySelector("button.theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const remember = (value) => { try { localStorage.setItem("theme", value); } catch { /* private window */ } };
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const name = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
  const kept = remembered();
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  button.hidden = false;
  name();
  system.addEventListener("change", name);
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    remember(root.dataset.theme);
    name();
  });

  // On paper claims and charts are open; tables and steps as the reader left them.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = all("details.claim:not([open]), details.of-chart:not([open])");
    for (const fold of opened) fold.open = true;
  });
  window.addEventListener("afterprint", () => { for (const fold of opened) fold.open = false; });

  // A link to a fold, or to what lies inside of one, opens it.
  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target || !target.closest("details")) return;
    // A claim that is linked to is shown, whichever verdicts were chosen.
    if (target.closest("[hidden]")) for (const press of all(".tally [aria-pressed=true]")) press.click();
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", unfold);
  unfold();

  // The contents mark the part that is in sight.
  const parts = all("nav a").map((link) => [link, document.getElementById(link.hash.slice(1))]).filter(([, part]) => part);
  const mark = () => {
    const passed = parts.filter(([, part]) => part.getBoundingClientRect().top < window.innerHeight / 3);
    const [here] = passed[passed.length - 1] || [];
    for (const [link] of parts) {
      if (link === here) link.setAttribute("aria-current", "location"); else link.removeAttribute("aria-current");
    }
  };
  window.addEventListener("scroll", mark, { passive: true });
  mark();

  // The counted verdicts filter the claims.
  const wanted = new Set();
  const filter = () => {
    for (const row of all(".matrix tr[data-verdict], details.claim")) {
      row.hidden = wanted.size > 0 && !wanted.has(row.dataset.verdict);
    }
  };
  for (const item of all(".tally li")) {
    const press = document.createElement("button");
    press.type = "button";
    press.setAttribute("aria-pressed", "false");
    press.title = "Show only these claims";
    press.append(...item.childNodes);
    item.append(press);
    press.addEventListener("click", () => {
      const on = !wanted.delete(item.dataset.verdict);
      if (on) wanted.add(item.dataset.verdict);
      press.setAttribute("aria-pressed", String(on));
      filter();
    });
  }

  // Bars on top of each other close up when a series is hidden.
  const restack = (plot) => {
    const floor = Number(plot.dataset.floor);
    const columns = new Map();
    for (const bar of all("rect.bar", plot)) {
      if (!bar.dataset.y) { bar.dataset.y = bar.getAttribute("y"); }
      const key = bar.dataset.x;
      if (!columns.has(key)) columns.set(key, { up: floor, down: floor });
      if (bar.closest(".off")) continue;
      const column = columns.get(key);
      const tall = Number(bar.getAttribute("height"));
      if (Number(bar.dataset.y) + tall / 2 <= floor) {
        column.up -= tall;
        bar.setAttribute("y", column.up);
      } else {
        bar.setAttribute("y", column.down);
        column.down += tall;
      }
    }
  };

  // Shows or hides one series of a chart.
  const show_series = (figure, item, on) => {
    item.querySelector("button").setAttribute("aria-pressed", String(on));
    for (const group of all(`.plot [data-series="${item.dataset.series}"]`, figure)) group.classList.toggle("off", !on);
    for (const plot of all(".plot[data-floor]", figure)) restack(plot);
  };

  // The legend's entries hide and show their series.
  const legend = (figure) => {
    for (const item of all(".legend li", figure)) {
      const press = document.createElement("button");
      press.type = "button";
      press.setAttribute("aria-pressed", "true");
      press.title = "Hide or show this series";
      press.append(...item.childNodes);
      item.append(press);
      press.addEventListener("click", () => {
        show_series(figure, item, press.getAttribute("aria-pressed") !== "true");
        tell_sources();
      });
    }
  };

  // Sources and intervals are shown and hidden in all charts at once, in a bar that stays in sight.
  let tell_sources = () => {};
  const sources = () => {
    const items = all("figure.chart .legend li[data-source]");
    const names = [...new Set(items.map((item) => item.dataset.source))];
    // Bounds, between which an unknown value lies, are no intervals around a value: they stay.
    const bands = document.querySelector(".band:not(.bounds), .whisker:not(.bounds)");
    const first = document.querySelector("main > section figure.chart");
    if (!first || (names.length < 2 && !bands)) return;
    const titles = new Map(all("[data-scenario]").map((e) => [e.dataset.scenario, e.dataset.title || e.dataset.scenario]));
    const bar = document.createElement("details");
    bar.className = "sources";
    const head = document.createElement("summary");
    const choices = document.createElement("fieldset");
    const words = document.createElement("legend");
    words.textContent = "Ways to count that the charts show";
    choices.append(words);
    const choice = (label, on) => {
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = on;
      const whole = document.createElement("label");
      whole.append(box, " " + label);
      choices.append(whole);
      return box;
    };
    const boxes = new Map();
    const set = (name, on) => {
      for (const item of items) if (item.dataset.source === name) show_series(item.closest("figure"), item, on);
    };
    for (const name of names) {
      const box = choice(titles.get(name) || name, true);
      box.dataset.source = name;
      boxes.set(name, box);
      box.addEventListener("change", () => { set(name, box.checked); tell_sources(); });
    }
    const every = document.createElement("div");
    every.className = "all";
    for (const [label, on] of [["All", true], ["None", false]]) {
      const press = document.createElement("button");
      press.type = "button";
      press.textContent = label;
      press.addEventListener("click", () => {
        for (const name of names) set(name, on);
        tell_sources();
      });
      every.append(press);
    }
    let intervals = null;
    if (bands) {
      intervals = choice("Intervals", true);
      every.append(intervals.parentElement);
      intervals.className = "intervals";
      intervals.addEventListener("change", () => {
        root.classList.toggle("no-intervals", !intervals.checked);
        tell_sources();
      });
    }
    tell_sources = () => {
      let shown = 0;
      for (const [name, box] of boxes) {
        const own = items.filter((item) => item.dataset.source === name);
        const on = own.filter((item) => item.querySelector("button").getAttribute("aria-pressed") === "true").length;
        box.checked = on > 0;
        box.indeterminate = on > 0 && on < own.length;
        if (on > 0) shown += 1;
      }
      const some = shown === names.length ? `all ${names.length} ways to count` : `${shown} of ${names.length} ways to count`;
      for (const note of all(".unmoved")) note.hidden = shown === names.length;
      head.textContent = `Show in charts: ${some}` + (intervals ? `, ${intervals.checked ? "" : "no "}intervals` : "");
    };
    choices.append(every);
    for (const figure of all("figure.chart")) {
      if (figure.querySelector(".legend li[data-source]")) continue;
      const note = document.createElement("p");
      note.className = "unmoved";
      note.textContent = "The choice of ways to count does not change this chart.";
      figure.querySelector(".canvas").before(note);
    }
    // Beyond the last chart there is nothing to choose for.
    const last = all("main > section").filter((part) => part.querySelector("figure.chart")).pop();
    const leave = () => bar.classList.toggle("left", last.getBoundingClientRect().bottom < 0);
    window.addEventListener("scroll", leave, { passive: true });
    // On a phone the choices cover much of the screen: a touch beside them closes them.
    const phone = window.matchMedia("(max-width: 40rem)");
    document.addEventListener("pointerdown", (event) => { if (phone.matches && !bar.contains(event.target)) bar.open = false; });
    bar.addEventListener("keydown", (event) => { if (event.key === "Escape") { bar.open = false; head.focus(); } });
    tell_sources();
    bar.append(head, choices);
    first.closest("section").before(bar);
  };

  // Values: by pointer, or with the arrow keys once the chart has the focus.
  const values = (figure) => {
    const canvas = figure.querySelector(".canvas");
    for (const plot of all(".plot", canvas)) {
      const title = plot.querySelector("title");
      plot.setAttribute("aria-label", title.textContent);
      plot.removeAttribute("aria-labelledby");
      title.remove();
      for (const point of all(".pt, rect.bar", plot)) {
        const words = point.querySelector("title");
        if (words) { point.dataset.tip = words.textContent; words.remove(); }
      }
      // A cloud is drawn as one shape; its points come as lines of place and words.
      for (const cloud of all("[data-points]", plot)) {
        for (const line of cloud.dataset.points.split("\n")) {
          const [x, y, ...words] = line.split(" ");
          const point = document.createElementNS(cloud.namespaceURI, "circle");
          for (const [name, value] of [["class", "pt ghost"], ["cx", x], ["cy", y], ["r", 4]]) point.setAttribute(name, value);
          point.dataset.tip = words.join(" ");
          cloud.after(point);
        }
        delete cloud.dataset.points;
      }
    }
    const plot = () => all(".plot", canvas).find((p) => p.getClientRects().length > 0);
    const points = () => all(".series:not(.off) [data-tip]", plot() || canvas);
    if (!canvas.querySelector("[data-tip]")) return;
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("role", "status");
    canvas.append(tip);
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "group");
    canvas.setAttribute("aria-label", "Values, one by one with the arrow keys: " + figure.querySelector("h3").textContent);
    let current = null;
    const middle = (point) => {
      const box = point.getBoundingClientRect();
      const bar = point.tagName === "rect";
      return { x: box.left + box.width / 2, y: bar ? box.top : box.top + box.height / 2, box };
    };
    const hide = () => {
      if (current) current.classList.remove("on");
      current = null;
      tip.textContent = "";
    };
    const show = (point, off = 12) => {
      if (point === current) return;
      hide();
      current = point;
      point.classList.add("on");
      tip.textContent = point.dataset.tip;
      const frame = canvas.getBoundingClientRect();
      const at = middle(point);
      const left = Math.min(Math.max(at.x - frame.left - tip.offsetWidth / 2, 0), frame.width - tip.offsetWidth);
      const above = at.y - frame.top - tip.offsetHeight - off;
      tip.style.left = `${left}px`;
      tip.style.top = `${above < 0 ? at.y - frame.top + off + 2 : above}px`;
    };
    const nearest = (event) => {
      let best = null;
      let distance = event.pointerType === "touch" ? 90 : 40;
      for (const point of points()) {
        const { x, y, box } = middle(point);
        const inside = point.tagName === "rect" && event.clientX >= box.left && event.clientX <= box.right &&
          event.clientY >= box.top && event.clientY <= box.bottom;
        const far = inside ? -1 : Math.hypot(event.clientX - x, event.clientY - y);
        if (far < distance) { best = point; distance = far; }
      }
      if (best) show(best, event.pointerType === "touch" ? 34 : 12); else hide();
    };
    // A finger shows the value that it touches or slides to, and leaves it shown when it is lifted.
    canvas.addEventListener("pointerdown", nearest);
    canvas.addEventListener("pointermove", nearest);
    canvas.addEventListener("pointerleave", (event) => { if (event.pointerType !== "touch") hide(); });
    document.addEventListener("pointerdown", (event) => { if (!canvas.contains(event.target)) hide(); });
    canvas.addEventListener("blur", hide);
    canvas.addEventListener("keydown", (event) => {
      const list = points();
      if (event.key === "Escape") { hide(); return; }
      if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key) || !list.length) return;
      event.preventDefault();
      if (!current || !list.includes(current)) { show(list[0]); return; }
      const group = (point) => point.closest(".series");
      const same = list.filter((point) => group(point) === group(current));
      const at = same.indexOf(current);
      if (event.key === "ArrowLeft") show(same[Math.max(at - 1, 0)]);
      else if (event.key === "ArrowRight") show(same[Math.min(at + 1, same.length - 1)]);
      else if (event.key === "Home") show(same[0]);
      else if (event.key === "End") show(same[same.length - 1]);
      else {
        const groups = [...new Set(list.map(group))];
        const step = event.key === "ArrowUp" ? -1 : 1;
        const other = groups[(groups.indexOf(group(current)) + step + groups.length) % groups.length];
        const here = middle(current).x;
        const near = list.filter((point) => group(point) === other)
          .reduce((best, point) => (Math.abs(middle(point).x - here) < Math.abs(middle(best).x - here) ? point : best));
        show(near);
      }
    });
  };

  // Tables that are wider than the screen say so, until their end is in sight.
  for (const box of all(".scroll")) {
    const hint = document.createElement("p");
    hint.className = "hint";
    hint.setAttribute("aria-hidden", "true");
    hint.textContent = "more columns →";
    box.after(hint);
    const tell = () => { hint.hidden = box.scrollWidth - box.clientWidth - box.scrollLeft < 4; };
    tell();
    box.addEventListener("scroll", tell, { passive: true });
    new ResizeObserver(tell).observe(box);
  }

  for (const figure of all("figure.chart")) { legend(figure); values(figure); }
  sources();
})();
