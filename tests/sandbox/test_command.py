"""`python -m sandbox` as a user starts it."""

import re
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]


def test_it_serves_until_it_is_stopped_and_says_where(tmp_path: Path) -> None:
    env_file, config = tmp_path / "sandbox.env", tmp_path / "config"
    command = [sys.executable, "-m", "sandbox", "--size", "small", "--months", "1", "--port", "0"]
    server = subprocess.Popen(
        [*command, "--env-file", str(env_file), "--config", str(config)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        found = re.fullmatch(r"sandbox: (http://127\.0\.0\.1:\d+)\n", server.stdout.readline())
        assert found
        settings = dict(line.split("=", 1) for line in env_file.read_text("utf-8").splitlines())
        assert settings["SOURCES__SHOPIFY__BASE_URL"] == f"{found[1]}/shopify"
        assert settings["SOURCES__SHOPIFY__CLIENT_SECRET"]
        assert (config / "inputs" / "costs.csv").exists()
        assert (config / "company.yml").exists()
        assert requests.get(f"{found[1]}/shopify/nothing", timeout=10).status_code == 404
        server.terminate()
        assert server.wait(10) == 0
    finally:
        server.kill()
        server.communicate()


def test_an_instant_without_a_zone_is_refused() -> None:
    command = [sys.executable, "-m", "sandbox", "--as-of", "2026-03-18T05:30:00"]
    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert outcome.returncode == 2
    assert "needs a zone" in outcome.stderr
