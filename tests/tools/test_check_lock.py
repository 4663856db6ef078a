"""The offline check of the compiled requirements."""

from tools.check_lock import faults, stamp

DIRECT = ["Some_Thing[extra]>=2", "other"]
PINS = "other==1.0 \\\n    --hash=sha256:aa\nsome-thing==2.1 \\\n    --hash=sha256:bb\n"


def test_a_file_made_from_these_dependencies_is_fine() -> None:
    """Names are compared as the index spells them."""
    assert faults("r.txt", DIRECT, f"{stamp(DIRECT)}\n{PINS}") == []


def test_a_dependency_that_was_added_since_is_missed() -> None:
    """Both its pin and the stamp tell."""
    found = faults("r.txt", [*DIRECT, "third"], f"{stamp(DIRECT)}\n{PINS}")

    assert found == [
        "r.txt: third is not pinned",
        "r.txt: made from other dependencies, run `make lock`",
    ]


def test_a_bound_that_was_changed_since_is_noticed() -> None:
    """The stamp is of the whole dependency, not of its name."""
    changed = ["Some_Thing[extra]>=3", "other"]

    assert len(faults("r.txt", changed, f"{stamp(DIRECT)}\n{PINS}")) == 1


def test_every_pin_has_a_hash() -> None:
    """One without would let pip take anything by that name."""
    without = PINS.replace(" \\\n    --hash=sha256:bb", "")

    assert faults("r.txt", DIRECT, f"{stamp(DIRECT)}\n{without}") == [
        "r.txt: not every pin has its hashes"
    ]
