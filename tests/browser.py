"""Opens the report in headless Chromium: it loads, nothing is on the console, nothing is asked of the network, nothing is
wider than the screen, its charts answer, its links to evidence lead to what they name, it prints, and axe finds no fault.

Usage: python3 tests/browser.py results/dprk/report.html [SCREENSHOT_FOLDER]
Skipped, and says so, where there is no Chromium; the part of axe where there is no npm.
"""

import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=20000"]
WIDTHS = {"desktop": 1280, "phone": 390}
AXE = "axe-core@4.11.0"
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
HERE = pathlib.Path(__file__).parent


def browser():
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


class Checks:
    """The program, a folder of its own, and what passed so far."""

    def __init__(self, program, folder, shots):
        self.program, self.folder, self.shots, self.passed = program, folder, shots, 0

    def open(self, page, *options, patience=300):
        command = [self.program, *FLAGS, "--enable-logging=stderr", f"--user-data-dir={self.folder}/profile", *options, page.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience, check=True)
        return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]

    def demand(self, holds, otherwise):
        assert holds, otherwise
        self.passed += 1

    def copy(self, page, name, script):
        """The page with a script of ours at its end, and without its policy against scripts."""
        text = POLICY.sub("", page.read_text(encoding="utf-8"))
        copy = self.folder / name
        copy.write_text(text.replace("</body>", f"<script>{script}</script></body>"), encoding="utf-8")
        return copy


def loads(checks, page):
    text = page.read_text(encoding="utf-8")
    asked = re.findall(r"""<(?:script|link|img|iframe|source)[^>]+(?:src|href)=["']?https?:""", text)
    checks.demand(not asked, f"the page loads from the network: {asked[:3]}")
    dom, console = checks.open(page, "--dump-dom")
    checks.demand(not console, f"the console says: {console[:3]}")
    checks.demand(not re.search(r">\s*NaN\b", dom), "the page shows NaN")
    return dom


def fits(checks, page, name):
    script = ("addEventListener('load',()=>{document.title='overflow='+"
              "(document.documentElement.scrollWidth-document.documentElement.clientWidth)})")
    copy = checks.copy(page, "measured.html", script)
    for device, width in WIDTHS.items():
        # Headless Chromium has no window narrower than 500 pixels: a frame stands in for a phone, and measures.
        frame = checks.folder / f"{device}.html"
        frame.write_text(f"<body style='margin:0'><iframe src='{copy.as_uri()}' style='width:{width}px;height:4000px;border:0'></iframe>"
                         "<script>addEventListener('load',()=>setTimeout(()=>{const page=document.querySelector('iframe').contentDocument;"
                         "for(const fold of page.querySelectorAll('details.fold,details.entry'))fold.open=true;"
                         "const cut=Array.from(page.querySelectorAll('.table .scroll,.scroll:has(.matrix)')).filter(e=>e.scrollWidth>e.clientWidth+1);"
                         "document.title='overflow='+(page.documentElement.scrollWidth-page.documentElement.clientWidth)+' cut='+cut.length},200))</script>")
        shot = checks.shots / f"{name}-{device}.png"
        size = f"--window-size={max(width, 500)},4000"
        checks.open(frame, size, f"--screenshot={shot}", "--allow-file-access-from-files")
        checks.demand(shot.stat().st_size > 50_000, f"{device}: the picture is nearly empty")
        dom, _ = checks.open(frame, "--dump-dom", size, "--allow-file-access-from-files")
        found = re.search(r"<title>overflow=(-?\d+)", dom)
        cut = re.search(r" cut=(\d+)", dom)
        checks.demand(device == "phone" or cut and cut.group(1) == "0", f"{name}, {device}: columns of {cut and cut.group(1)} tables are off the page")
        checks.demand(found and int(found.group(1)) <= 0, f"{name}, {device}: wider than the screen: {found and found.group(1)}")


def answers(checks, page):
    """What a reader does with the charts, claims and themes: tests/browser.js."""
    dom, console = checks.open(checks.copy(page, "used.html", (HERE / "browser.js").read_text(encoding="utf-8")), "--dump-dom")
    told = re.search(r'<pre id="answers">(.*?)</pre>', dom, re.S)
    checks.demand(told, f"the page gave no answers: {console[:3]}")
    lines = html.unescape(told.group(1)).splitlines()
    failed = [line for line in lines if not line.startswith("ok ")]
    assert not failed and not console, "\n".join(failed + console[:3])
    checks.passed += len(lines)


class Phone:
    """A phone's screen, touched over the browser's debugging pipe: events that a script makes up never reach what a
    finger's do, such as the browser's own taking over of a gesture."""

    def __init__(self, program, folder):
        (reads, self.to), (self.of, writes) = os.pipe(), os.pipe()
        flags = [flag for flag in FLAGS if "virtual-time" not in flag]
        # The browser reads its orders from descriptor 3 and answers on 4.
        command = ["sh", "-c", f'exec "$@" 3<&{reads} 4>&{writes}', "sh", program, *flags, "--remote-debugging-pipe",
                   f"--user-data-dir={folder}/phone", "about:blank"]
        self.running = subprocess.Popen(command, pass_fds=(reads, writes), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(reads)
        os.close(writes)
        self.number, self.rest, self.session = 0, b"", None
        target = self.order("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.order("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.order("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
        self.order("Emulation.setTouchEmulationEnabled", enabled=True)

    def order(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        os.write(self.to, json.dumps(message | ({"sessionId": self.session} if self.session else {})).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                self.rest += os.read(self.of, 65536) or sys.exit("the browser is gone")
            line, _, self.rest = self.rest.partition(b"\0")
            answer = json.loads(line)
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer}"
                return answer["result"]

    def ask(self, expression):
        answer = self.order("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, page):
        self.order("Page.navigate", url=page.as_uri())
        for _ in range(600):
            if self.ask("document.readyState === 'complete' && document.querySelectorAll('.tip').length > 0"):
                return
            time.sleep(0.1)
        raise AssertionError("the page does not load")

    def finger(self, kind, *at):
        self.order("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": at[0], "y": at[1]}] if at else [])
        time.sleep(0.2)

    def close(self):
        self.order("Browser.close")
        self.running.wait(timeout=60)
        os.close(self.to)
        os.close(self.of)


# Charts of each form, and a place on one of the marks that is shown.
TOUCHED = {"line": ".line", "bars": "rect.bar", "cloud": ".cloud"}
PLACE = """(() => {
  const figure = Array.from(document.querySelectorAll("figure.chart")).find((f) => f.querySelector(".plot.narrow %s"));
  if (!figure) return null;
  for (let fold = figure.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  figure.querySelector(".canvas").scrollIntoView({ block: "center", behavior: "instant" });
  const marks = Array.from(figure.querySelectorAll(".plot.narrow [data-tip]"));
  const middle = (mark) => {
    const box = mark.getBoundingClientRect();
    return [box.left + box.width / 2, box.top + box.height / 2];
  };
  const at = Math.floor(marks.length / 3);
  const other = marks.slice(at + 1).find((mark) => mark.dataset.tip !== marks[at].dataset.tip);
  return [figure.id, ...middle(marks[at]), ...middle(other)];
})()"""


def touched(checks, page):
    """A finger shows a value where it is set down, while it slides, and after it is lifted; a touch elsewhere ends it."""
    phone = Phone(checks.program, checks.folder)
    try:
        phone.open(page)
        for form, mark in TOUCHED.items():
            place = phone.ask(PLACE % mark)
            checks.demand(place, f"there is no chart with {form}")
            chart, x, y, there_x, there_y = place
            tip = f"document.querySelector('#{chart} .tip').textContent"
            phone.finger("touchStart", x, y)
            held = phone.ask(tip)
            checks.demand(re.search(r"\d", held), f"{chart}: a finger shows no value")
            for step in (1, 2, 3):
                phone.finger("touchMove", x + (there_x - x) * step / 3, y + (there_y - y) * step / 3)
            slid = phone.ask(tip)
            checks.demand(re.search(r"\d", slid) and slid != held, f"{chart}: a sliding finger shows {slid!r} after {held!r}")
            phone.finger("touchEnd")
            checks.demand(phone.ask(tip) == slid, f"{chart}: the value is gone when the finger is lifted")
            phone.finger("touchStart", 5, 830)
            phone.finger("touchEnd")
            checks.demand(phone.ask(tip) == "", f"{chart}: a touch elsewhere leaves the value")
    finally:
        phone.close()


def leads(checks, page):
    """Every link to a file beside the page leads to a file, and every fragment to an element of it."""
    anchors = {}
    seen = 0
    pages = [page, *sorted((page.parent / "evidence").glob("*.html"))]
    for path in pages:
        anchors[path.resolve()] = set(re.findall(r'\sid="([^"]+)"', path.read_text(encoding="utf-8")))
    for path in pages:
        for href in set(re.findall(r'href="?([^"\s>]+)', path.read_text(encoding="utf-8"))):
            if href.startswith(("http:", "https:", "data:")):
                continue
            file, _, fragment = href.partition("#")
            target = (path.parent / file).resolve() if file else path.resolve()
            assert target.is_file(), f"{path.name} leads to {file}, which is not there"
            assert not fragment or fragment in anchors.get(target, {fragment}), f"{path.name} leads to {href}, which has no such place"
            seen += 1
    checks.demand(seen > 200, f"only {seen} links")
    return seen


def accessible(checks, pages):
    """axe on each page in both themes; skipped, and says so, where npm cannot fetch it."""
    npm = shutil.which("npm")
    script = checks.folder / "axe/node_modules/axe-core/axe.min.js"
    if npm:
        subprocess.run([npm, "install", "--prefix", script.parents[2], "--no-audit", "--no-fund", "--silent", AXE],
                       capture_output=True, timeout=300, check=False)
    if not script.is_file():
        print(f"SKIPPED: npm gave no {AXE}: accessibility was not checked")
        return
    code = script.read_text(encoding="utf-8").replace("</script", "<\\/script")
    for page in pages:
        for theme in ("light", "dark"):
            run = (code + f";addEventListener('load',async()=>{{document.documentElement.dataset.theme='{theme}';"
                   "for(const kind of ['sources','claim','fold','data','rest','more','entry']){const one=document.querySelector('details.'+kind);if(one)one.open=true}"
                   "const found=await axe.run({resultTypes:['violations']});const out=document.createElement('pre');out.id='answers';"
                   "out.textContent=['axe ran '+found.passes.length,...found.violations.map(v=>v.id+' ('+v.nodes.length+'): '+"
                   "v.nodes.slice(0,3).map(n=>n.html.slice(0,160)+' '+(n.any[0]?n.any[0].message:'')).join(' | '))].join('\\n');document.body.append(out)})")
            dom, _ = checks.open(checks.copy(page, f"axe-{page.stem}-{theme}.html", run), "--dump-dom", "--virtual-time-budget=120000", patience=1800)
            told = re.search(r'<pre id="answers">(.*?)</pre>', dom, re.S)
            checks.demand(told and "axe ran" in told.group(1), f"axe did not finish on {page.name}")
            lines = html.unescape(told.group(1)).splitlines()[1:]
            checks.demand(not lines, f"axe on {page.name}, {theme}:\n" + "\n".join(lines))


def prints(checks, page):
    pdf = checks.shots / f"{page.stem}.pdf"
    checks.open(page, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    checks.demand(pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size > 50_000, "it does not print")


def main():
    page = pathlib.Path(sys.argv[1]).resolve()
    program = browser()
    if program is None:
        print("SKIPPED: there is no Chromium: the report was not opened in a browser")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shots = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else folder
        shots.mkdir(parents=True, exist_ok=True)
        checks = Checks(program, folder, shots)
        dom = loads(checks, page)
        checks.demand(dom.count("<svg") >= 5, f"only {dom.count('<svg')} charts")
        links = leads(checks, page)
        answers(checks, page)
        touched(checks, page)
        # The page of evidence with the fewest figures stands for all: they are made alike.
        evidence = min((page.parent / "evidence").glob("*.html"), key=lambda path: path.stat().st_size)
        loads(checks, evidence)
        for one in (page, evidence):
            fits(checks, one, one.stem)
        accessible(checks, (page, evidence))
        prints(checks, page)
    print(f"{checks.passed} passed, 0 failed; {links} links followed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
