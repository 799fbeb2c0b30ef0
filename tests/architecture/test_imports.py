"""The import contracts of pyproject.toml hold, and each of them is seen to fail on a violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared", "services", "gateway", "clayette", "sandbox")
VIOLATIONS = {
    "no-service-imports-another": ("services/orders/queries.py", "import services.payments.models"),
    "rules-do-no-io": ("services/orders/domain/lines.py", "import sqlalchemy"),
    "layers-inside-a-service": ("services/accounts/models.py", "import services.accounts.commands"),
    "gateway-owns-no-tables": ("gateway/backend.py", "import services.orders.models"),
    "shared-knows-nobody": ("shared/money.py", "import services.orders.domain"),
    "sandbox-is-outside": ("services/payments/domain.py", "import sandbox.stripe"),
}


def lint(folder, *options):
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", code, "--no-cache", *options],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_every_contract_holds():
    result = lint(ROOT)

    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_violation_is_seen(contract, tmp_path):
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.gz"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file, line = VIOLATIONS[contract]
    with (tmp_path / file).open("a") as code:
        code.write(f"\n{line}\n")

    result = lint(tmp_path, "--contract", contract)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
