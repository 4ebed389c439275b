// What a reader does with the report, and what must come of it. Run inside of the page by browser.py; leaves
// its answers, one a line, in a `pre` with the id `answers`.
window.addEventListener("load", async () => {
  const answers = [];
  const check = (what, holds, found) => answers.push(`${holds ? "ok" : "FAILED"} ${what}${holds ? "" : `: ${found}`}`);
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const drawn = (element) => element.getClientRects().length > 0;
  try {
    const figure = all("figure.chart").find((f) => all(".legend li[data-source]", f).length > 2) || document.querySelector("figure.chart");
    const series = (at) => all(`.plot [data-series="${at}"]`, figure);

    // A legend entry hides and shows its series.
    const entry = figure.querySelector(".legend button");
    entry.click();
    check("the legend hides a series", series(0).every((g) => !drawn(g)), series(0).filter(drawn).length);
    entry.click();
    check("the legend shows it again", series(0).some(drawn), "none drawn");

    // A source is hidden in every chart at once.
    const box = document.querySelector(".sources input[data-source]");
    const of_source = all(`.legend li[data-source="${box.dataset.source}"]`);
    const marks = () => of_source.flatMap((item) => all(`.plot [data-series="${item.dataset.series}"]`, item.closest("figure")));
    box.click();
    check("a source is hidden in all charts", of_source.length > 1 && marks().every((g) => !drawn(g)), of_source.length);
    check("the bar counts the ways", /\d+ of \d+ ways to count/.test(document.querySelector(".sources summary").textContent), "no count");
    box.click();
    check("a source is shown in all charts", marks().some(drawn), "none drawn");
    all(".sources button").find((b) => b.textContent === "None").click();
    check("none hides every source", !all(".plot .series[data-series] .line").filter((l) => l.closest("figure").querySelector("[data-source]")).some(drawn), "a line is drawn");
    all(".sources button").find((b) => b.textContent === "All").click();

    // Intervals.
    const bands = all(".band:not(.bounds), .whisker:not(.bounds)").filter(drawn);
    const bounds = all(".band.bounds, .whisker.bounds").filter(drawn);
    check("there are intervals", bands.length > 0, 0);
    document.querySelector(".sources input.intervals").click();
    check("intervals are hidden", !bands.some(drawn), bands.filter(drawn).length);
    check("bounds are no intervals", bounds.length > 0 && bounds.every(drawn), bounds.length);
    document.querySelector(".sources input.intervals").click();
    check("intervals are shown", bands.every(drawn), "some are not");

    // Values, with the keyboard and with the pointer.
    const canvas = figure.querySelector(".canvas");
    const tip = canvas.querySelector(".tip");
    canvas.focus();
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
    const first = tip.textContent;
    check("an arrow key tells a value", /\d/.test(first), first);
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
    check("the next key tells another", tip.textContent !== first && tip.textContent !== "", tip.textContent);
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
    check("escape closes it", tip.textContent === "", tip.textContent);
    const point = all(".plot .pt, .plot rect.bar", figure).find(drawn);
    const at = point.getBoundingClientRect();
    canvas.dispatchEvent(new PointerEvent("pointermove", { clientX: at.left + at.width / 2, clientY: at.top + at.height / 2, bubbles: true }));
    check("the pointer tells a value", tip.textContent === point.dataset.tip, tip.textContent);

    // The data behind each chart can be downloaded, and holds what is drawn.
    const downloads = all("figure.chart a.download");
    const csv = decodeURIComponent(downloads[0].href.split(",").slice(1).join(","));
    check("each chart with data has a download", downloads.length === all("figure.chart details.data").length && downloads.length > 4, downloads.length);
    check("the download is the data", csv.split("\n").length > 5 && /^scenario,series,year,\w+,low,high\n/.test(csv), csv.slice(0, 60));

    // Numbers lead to evidence.
    const numbers = all("a.number");
    check("numbers lead to evidence", numbers.length > 100 && numbers.every((a) => a.getAttribute("href").startsWith("evidence/")), numbers.length);

    // What a sentence or a verdict rests on is on the page to its last row, and leads on to evidence.
    const cut = all(".table .tools").filter((p) => /\d+ of \d+ rows/.test(p.textContent));
    check("no table is cut", cut.length === 0, cut.map((p) => p.parentElement.id).join(", "));
    const grounds = all("#summary .summary > li").filter((item) => !item.querySelector('a[href^="evidence/"]:not(.number)'));
    check("every point of the summary leads to its evidence", grounds.length === 0, grounds.map((item) => item.textContent.slice(0, 60)).join(" | "));

    // Verdicts filter the claims; a link opens its claim.
    const tally = document.querySelector(".tally button");
    tally.click();
    check("a verdict filters the claims", all("details.claim").some((c) => c.hidden) && all("details.claim").some((c) => !c.hidden), "no change");
    tally.click();
    const claim = document.querySelector(".matrix tbody th a");
    claim.click();
    await new Promise((done) => setTimeout(done, 50));
    check("a link opens its claim", document.getElementById(claim.getAttribute("href").slice(1)).open, "closed");

    // What is folded opens where a link leads into it, and on paper.
    const folded = all("details.fold > figure.chart").find((f) => !f.parentElement.open);
    location.hash = "#" + folded.id;
    await new Promise((done) => setTimeout(done, 50));
    check("a link opens the fold that it leads into", folded.parentElement.open, "closed");
    window.dispatchEvent(new Event("beforeprint"));
    check("on paper every claim and chart is open", all("details.of-chart, details.claim").every((d) => d.open), "some are closed");
    check("on paper tables stay as they were", all("details.of-table").some((d) => !d.open), "all are open");
    window.dispatchEvent(new Event("afterprint"));
    check("after printing they are closed again", all("details.of-chart").some((d) => !d.open), "all open");

    // Both themes.
    const ground = () => getComputedStyle(document.body).backgroundColor;
    const before = ground();
    document.querySelector("button.theme").click();
    check("the other theme has another ground", ground() !== before, before);
    document.querySelector("button.theme").click();
    check("and back", ground() === before, ground());
  } catch (error) {
    answers.push(`FAILED with an error: ${error.stack}`);
  }
  const out = document.createElement("pre");
  out.id = "answers";
  out.textContent = answers.join("\n");
  document.body.append(out);
});
