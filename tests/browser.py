"""Opens the report in headless Chromium: it loads, nothing is on the console, nothing is asked of
the network, nothing is wider than the screen, and it prints.

Usage: python3 tests/browser.py results/dprk/report.html [SCREENSHOT_FOLDER]
Skipped, and says so, where there is no Chromium.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--virtual-time-budget=5000"]
WIDTHS = {"desktop": 1280, "phone": 390}


def browser():
    return next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)


def open_page(program, folder, page, *options):
    command = [program, *FLAGS, "--enable-logging=stderr", f"--user-data-dir={folder}/profile", *options, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, console


def measured(page, folder):
    """The page with a script of ours that writes how far it overflows, and without its policy against scripts."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    script = ("<script>addEventListener('load',()=>{document.title='overflow='+"
              "(document.documentElement.scrollWidth-document.documentElement.clientWidth)})</script>")
    copy = folder / "measured.html"
    copy.write_text(text.replace("</body>", script + "</body>"), encoding="utf-8")
    return copy


def main():
    page = pathlib.Path(sys.argv[1]).resolve()
    program = browser()
    if program is None:
        print("SKIPPED: there is no Chromium: the report was not opened in a browser")
        return 0
    text = page.read_text(encoding="utf-8")
    loads = re.findall(r"""<(?:script|link|img|iframe|source)[^>]+(?:src|href)=["']?https?:""", text)
    assert not loads, f"the page loads from the network: {loads[:3]}"
    passed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        shots = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else folder
        shots.mkdir(parents=True, exist_ok=True)
        dom, console = open_page(program, folder, page, "--dump-dom")
        assert not console, f"the console says: {console[:3]}"
        assert dom.count("<svg") >= 5, f"only {dom.count('<svg')} charts"
        assert not re.search(r">\s*NaN\b", dom), "the page shows NaN"
        passed += 3
        copy = measured(page, folder)
        for device, width in WIDTHS.items():
            # Headless Chromium has no window narrower than 500 pixels: a frame stands in for a phone.
            frame = folder / f"{device}.html"
            frame.write_text(f"<body style='margin:0'><iframe src='{copy.as_uri()}' style='width:{width}px;height:4000px;border:0'></iframe>")
            shot = shots / f"report-{device}.png"
            open_page(program, folder, frame, f"--window-size={max(width, 500)},4000", f"--screenshot={shot}", "--allow-file-access-from-files")
            assert shot.stat().st_size > 50_000, f"{device}: the picture is nearly empty"
            dom, _ = open_page(program, folder, copy, "--dump-dom", f"--window-size={max(width, 500)},1000")
            overflow = int(re.search(r"<title>overflow=(-?\d+)", dom).group(1))
            assert overflow <= 0, f"{device}: the page is {overflow} pixels wider than the screen"
            passed += 2
        pdf = shots / "report.pdf"
        open_page(program, folder, page, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
        assert pdf.read_bytes().startswith(b"%PDF"), "it does not print"
        passed += 1
    print(f"{passed} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
