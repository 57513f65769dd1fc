# The check of `docs/mobile.en.md`, as it stands there: its types are checked, and
# `mobile-bindings/tests/documented.rs` holds it against the page. It wants real nodes, so no test runs it.
from pathlib import Path
from medproof import Checker, Messages, Purpose

checker = Checker(Path("chain.mpanchor").read_bytes(), ["https://node-a.example"], Path("medproof.memory"))
outcome = checker.check("(01)09504000000011(21)T01(17)280531(10)LOT-7A", Purpose.DISPENSER)
if outcome.verdict:
    for message in Messages("en").explain(outcome.verdict, Purpose.DISPENSER):
        print(message.title)
