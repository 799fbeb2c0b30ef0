"""The SMTP side: what is accepted is kept as it was; faults refuse as a real server would."""

import smtplib
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import mailbox
from sandbox.mailbox.smtp import MOST_BYTES
from sandbox.mailbox.store import Fault
from tests.sandbox_mailbox.conftest import letter


def lines_of(box, *lines):
    """Say these lines on a bare socket; answers the codes."""
    codes = []
    with socket.create_connection(("127.0.0.1", box.smtp_port), timeout=10) as bare:
        answers = bare.makefile("rb")
        codes.append(answers.readline()[:3])
        for line in lines:
            bare.sendall(line)
            answer = answers.readline()
            while answer[3:4] == b"-":
                answer = answers.readline()
            codes.append(answer[:3])
    return [int(code) for code in codes if code]


def test_a_mail_is_kept_with_its_envelope(box, smtp):  # SPEC N1
    smtp.send_message(letter(), to_addrs=["marie@example.org", "Paul@Example.org"])

    (kept,) = box.store.mails()
    assert kept.sender == "marche@clayette.example"
    assert kept.recipients == ["marie@example.org", "Paul@Example.org"]
    assert "Votre commande" in kept.raw.decode()


def test_many_mails_go_over_one_connection(box, smtp):
    for number in range(5):
        smtp.send_message(letter(subject=f"n° {number}"))

    assert len(box.store.mails()) == 5


@settings(max_examples=25)
@given(lines=st.lists(st.text(alphabet=st.sampled_from("ab. \té"), max_size=12), max_size=8))
def test_every_line_arrives_as_it_was_also_with_dots(box, lines):
    body = ("\r\n".join(lines) + "\r\n").encode()
    with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=10) as client:
        client.sendmail("a@example.org", ["b@example.org"], body)

    assert box.store.mails(limit=1)[0].raw == body


def test_only_a_dot_between_line_ends_finishes_a_mail(box):
    codes = lines_of(
        box,
        b"EHLO me\r\n",
        b"MAIL FROM:<a@example.org>\r\n",
        b"RCPT TO:<b@example.org>\r\n",
        b"DATA\r\n",
        b"one\n.\nMAIL FROM:<evil@example.org>\r\n.\r\n",
    )

    assert codes == [220, 250, 250, 250, 354, 250]
    (kept,) = box.store.mails()
    assert b"evil" in kept.raw


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"HURZ\r\n", 500),
        (b"MAIL FROM:a\r\n", 501),
        (b"MAIL FROM:<a@b> SIZE=99999999999\r\n", 552),
        (b"RCPT TO:<a@b>\r\n", 503),
        (b"DATA\r\n", 503),
        (b"EHLO\r\n", 501),
        (b"VRFY a@b\r\n", 252),
        (b"NOOP\r\n", 250),
        (b"RSET\r\n", 250),
        (b"\xff\r\n", 500),
        (b"mail from:<>\r\n", 250),
        (b"QUIT\r\n", 221),
    ],
)
def test_a_command_out_of_place_is_answered_and_the_connection_lives(box, line, code):
    assert lines_of(box, b"EHLO me\r\n", line)[2] == code


def test_mail_before_ehlo_is_refused(box):
    assert lines_of(box, b"MAIL FROM:<a@b>\r\n", b"HELO me\r\n", b"MAIL FROM:<a@b>\r\n", b"MAIL FROM:<a@b>\r\n") == [
        220,
        503,
        250,
        250,
        503,
    ]


def test_a_mail_cut_off_in_the_middle_is_not_kept(box):
    with socket.create_connection(("127.0.0.1", box.smtp_port), timeout=10) as bare:
        bare.sendall(b"EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nhalf a mail\r\n")
        time.sleep(0.1)
    time.sleep(0.1)

    assert box.store.mails() == []


def test_a_mail_that_is_too_big_is_refused_for_good(box, smtp, monkeypatch):
    monkeypatch.setattr("sandbox.mailbox.smtp.MOST_BYTES", 5000)
    smtp.ehlo()
    smtp.esmtp_features.pop("size", None)

    with pytest.raises(smtplib.SMTPDataError) as refusal:
        smtp.sendmail("a@example.org", ["b@example.org"], b"x" * 900 + b"\r\n" + b"y" * 6000)
    smtp.send_message(letter())

    assert refusal.value.smtp_code == 552
    assert len(box.store.mails()) == 1
    assert MOST_BYTES > 25 * 1024 * 1024


@pytest.mark.parametrize("code", [450, 550])
def test_a_fault_refuses_matching_addresses_with_its_code(box, smtp, code):  # SPEC N4
    box.store.set_fault(Fault("*@bounce.example", code, "5.1.1 nobody here"))

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refusal:
        smtp.send_message(letter(to="Marie@Bounce.example"))
    smtp.send_message(letter())

    assert refusal.value.recipients == {"Marie@Bounce.example": (code, b"5.1.1 nobody here")}
    assert [mail.recipients for mail in box.store.mails()] == [["marie@example.org"]]


def test_a_fault_can_meet_the_whole_mail_a_number_of_times(box, smtp):  # SPEC N4
    box.store.set_fault(Fault("*", 451, "4.3.0 later", stage="data", times=2))

    for _ in range(2):
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            smtp.send_message(letter())
        assert refusal.value.smtp_code == 451
    smtp.send_message(letter())

    assert len(box.store.mails()) == 1
    assert box.store.faults() == []


def test_a_421_ends_the_connection(box):  # SPEC N4
    box.store.set_fault(Fault("*", 421, "4.3.2 going down"))

    codes = lines_of(box, b"EHLO me\r\n", b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<b@example.org>\r\n", b"NOOP\r\n")

    assert codes == [220, 250, 250, 421]


def test_mails_come_in_side_by_side(box):
    def send(number):
        with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=10) as client:
            client.send_message(letter(to=f"m{number}@example.org"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(24)))

    assert {mail.recipients[0] for mail in box.store.mails()} == {f"m{number}@example.org" for number in range(24)}


def test_mails_and_faults_survive_a_restart(tmp_path):  # SPEC X2
    first = mailbox.start(tmp_path / "mails.sqlite", smtp_port=0)
    with smtplib.SMTP("127.0.0.1", first.smtp_port, timeout=10) as client:
        client.send_message(letter())
    first.store.set_fault(Fault("*@bounce.example", 550, "no"))
    first.stop()

    again = mailbox.start(tmp_path / "mails.sqlite", smtp_port=0)

    assert len(again.store.mails()) == 1
    assert again.store.faults() == [Fault("*@bounce.example", 550, "no")]
    again.stop()


def test_a_stopped_mail_box_takes_nothing_more(tmp_path):
    box = mailbox.start(tmp_path / "mails.sqlite", smtp_port=0)
    box.stop()

    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=2)
