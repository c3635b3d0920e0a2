"""Where each of the forty promises of reliability is tested, and in what number.

Beside each stands a control: what one would write without a thought, or the wrong thing done on purpose.
It is seen to fail, so that the test is known to bite. ``OKX_MAGIC_FULL=1`` runs F23, F24 and F40 in
full. No two files of tests have one name, so that none needs its folder.

===  ===========================================  ======================  ==============================
No.  promise                                      number                  where
===  ===========================================  ======================  ==============================
F1   no redirect is followed                      30                      test_smuggled_hosts.py
F2   no host is smuggled through a path           53 targets, 2 methods   test_smuggled_hosts.py
F3   what arrives was signed, and means the same  108, then 10,000        test_odd_values.py
F4   signatures are right, stage by stage         200 and 174             test_staged_vectors.py
                                                                          test_hmac_tags.py
F5   no value leaves its place                    1,000                   test_odd_values.py
                                                                          test_cell_values.py
F6   IPython evaluates nothing of our lines       12                      test_odd_values.py
F7   a secret that cannot travel is not repeated  21                      test_credentials.py
F8   no exception drags a secret along            64 failures, 4 modes    test_failures_in_cells.py
                                                                          test_echoes.py
F9   a failure is a short block                   64 failures, 4 modes    test_failures_in_cells.py
F10  no channel shows a holder's secrets          28 channels, 7 objects  test_credentials_leaks.py
                                                                          test_panel_widget.py
F11  no log does                                  log-in and 10 calls     test_secret_channels.py
F12  no history does                              every store of IPython  test_secret_channels.py
                                                                          test_history.py
F13  no saved notebook does                       nbclient, JupyterLab    test_secret_channels.py
                                                                          test_lab_panel.py
F14  no file of a frame does                      5 formats, 7 frames     test_secret_channels.py
F15  nothing is left in the environment           3 values                test_secret_channels.py
F16  no .netrc, no proxy but the named one        8, and 2 named          test_environment.py
                                                                          test_pool.py
F17  nobody is trusted but by the profile         6, and 3 bundles        test_environment.py
                                                                          test_sources.py
F18  credentials go to OKX alone                  39                      test_account.py
F19  a malformed answer is one error              187, 13 kinds; 900 JSON  test_malformed_replies.py
                                                                          test_json_replies.py
F20  a sound answer is read                       118                     test_json_replies.py
                                                                          test_replies.py
F21  no answer fills the memory                   14 bombs                test_bombs.py
F22  a deadline is one                            9 ways to be slow       test_slow_replies.py
F23  an order is booked once                      28 faults, 126 odd ones  test_order_faults.py
                                                  the same on stops       test_algo_faults.py
                                                                          test_odd_answers.py
F24  "not placed" is said when it is proved       24 faults, 126 odd ones  test_order_faults.py
                                                                          test_odd_answers.py
F25  an interrupt names the order                 10 points, each line    test_interrupts.py
                                                                          test_interrupts_everywhere.py
F26  an answer is that to its own request         plain, TLS, 3 sizes     test_extra_answers.py
                                                                          test_malformed_replies.py
F27  a wrong clock does no harm                   steps, 5 time zones     test_clock_steps.py
                                                                          test_signing.py
F28  a storm dies                                 60 requests, a storm    test_storms.py
F29  a server's text is no script                 12 payloads             test_server_text.py
                                                                          test_lab_scripts.py
F30  a server's text moves no cursor              7 kinds                 test_server_text.py
F31  no id and no price changes                   10,000 each             test_server_text.py
F32  the sandbox stands abuse                     idle, slow, odd clients  test_sandbox_abuse.py
                                                                          test_sandbox_http.py
F33  the sandbox judges every bit                 5,000; 1,000 bits       test_sandbox_abuse.py
                                                                          test_hmac_tags.py
F34  no keyring that lies open is used            5 refused, 1 used       test_external.py
F35  no key lies about in the repository          10 planted              test_no_keys.py
F36  a Binder is for the sandbox                  3 marks, 3 log-ins      test_public_machine.py
F37  nobody to ask, nothing sent                  nbclient, papermill     test_live_rails.py
                                                                          test_lab_live.py
F38  the rails hold, and the kill switch kills    by rule; 400 orders     test_live_rails.py
                                                                          test_kill_across_kernels.py
                                                                          test_kill.py
                                                                          test_gate_rules.py
F39  a triple is whole or an error                5 sources, 3 fields     test_sources.py
                                                                          test_profiles.py
F40  the ledger equals the exchange               a model, and a soak     test_ledger_equals_exchange.py
                                                                          test_soak.py
===  ===========================================  ======================  ==============================
"""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_the_table_is_whole() -> None:
    """Forty numbers in their order, and each file that it names is there and has tests."""
    assert __doc__ is not None
    numbers = re.findall(r"^F(\d+) ", __doc__, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 41)]
    for name in re.findall(r"\S+\.py", __doc__):
        (path,) = TESTS.rglob(name)
        assert re.search("def test_|TestCase", path.read_text("utf-8")), name
