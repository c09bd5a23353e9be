"""The gate: which addresses are asked, and that nothing gets round it."""

import dataclasses
import gzip
import socket
import time

import pytest
from fetch_server import AGENT, PUBLIC, Reply, World

from framings.gate import Gate, GateError, OutageError, is_public, resolve_host
from framings.visits import write_agent

SITE = "talks.example.org"
REFUSED = [
    "ftp://talks.example.org/", "file:///etc/passwd", "gopher://talks.example.org/", "data:text/html,x", "javascript:alert(1)", "//talks.example.org/",
    "talks.example.org", "http://", "http://elsewhere.example.org/", "http://talks.example.org.evil.example/", "http://jane@talks.example.org/",
    "http://talks.example.org@evil.example/", "http://talks.example.org:8080/", "http://talks.example.org:22/", "http://127.0.0.1/", "http://2130706433/",
    "http://0x7f000001/", "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://localhost/", "http://169.254.169.254/latest/meta-data/",
    "http://talks.example.org\\@evil.example/", "http://talks.example.org/\r\nHost: evil.example", "http://xn--/",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "172.16.5.4", "192.168.1.1", "127.0.0.1", "127.8.8.8", "0.0.0.0", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
    "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "fec0::1", "::7f00:1", "no address",
]  # fmt: skip


@pytest.fixture
def world():
    """A server that answers one address."""
    with World() as world:
        world.pages[f"http://{SITE}/a"] = Reply(b"hello", headers={"X-Twice": "1"})
        yield world


def test_twenty_five_addresses_are_refused_without_a_connection(world, monkeypatch):
    """Other schemes, hosts, ports and ways to write them: 25 refused, no socket connected, no name looked up that is not allowed."""
    looked_up = []
    gate = world.open_gate(SITE, resolve=lambda host: looked_up.append(host) or [PUBLIC])

    def connect(*_):
        raise AssertionError("a connection was made")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert len(set(REFUSED)) == 25
    for url in REFUSED:
        with pytest.raises(GateError) as refusal:
            gate.get(url)
        assert "\n" not in str(refusal.value)
    assert (world.n_connections, looked_up) == (0, [])


@pytest.mark.parametrize("address", PRIVATE)
def test_names_that_lead_to_private_addresses_are_refused(world, address):
    """An allowed name is refused if any of its addresses is not public, be it the last one."""
    assert not is_public(address)
    gate = world.open_gate(SITE, resolve=lambda host: [PUBLIC, address])
    with pytest.raises(GateError, match="no address of the public internet"):
        gate.get(f"http://{SITE}/a")
    assert world.n_connections == 0


def test_a_name_that_changes_its_address_is_caught_when_dialled(world):
    """Public when checked, private when the connection is made: refused, since the address dialled is checked itself."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    gate = world.open_gate(SITE, resolve=lambda host: next(answers))
    with pytest.raises(GateError, match=r"leads to 127\.0\.0\.1"):
        gate.get(f"http://{SITE}/a")
    assert world.n_connections == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_only_the_checked_address_is_dialled(monkeypatch, scheme):
    """Without a server for tests the socket goes to the address checked, never to a name."""
    dialled = []

    def dial(address, *_):
        dialled.append(address)
        raise OSError("unplugged")

    monkeypatch.setattr(socket, "create_connection", dial)
    gate = Gate(frozenset([SITE]), AGENT, resolve=lambda host: [PUBLIC])
    with pytest.raises(OutageError, match="did not answer"):
        gate.get(f"{scheme}://{SITE}/a")
    assert dialled == [(PUBLIC, {"http": 80, "https": 443}[scheme])]


@pytest.mark.parametrize(
    "target",
    [
        "http://elsewhere.example.org/", "http://127.0.0.1/", "https://[::1]/", "http://169.254.169.254/", "file:///etc/passwd", "//evil.example/a",
        "http://2130706433/", "http://talks.example.org:6379/", "http://jane@talks.example.org/", "/a\\..\\b", "gopher://talks.example.org/", "http://private.example.org/",
    ],
)  # fmt: skip
def test_redirects_that_lead_away_are_refused_before_they_are_asked(world, target):
    """Each hop is checked as the first address was: one connection, one request, no second."""
    world.pages[f"http://{SITE}/b"] = Reply(b"", 302, {"Location": target})
    gate = world.open_gate(SITE, "private.example.org", resolve=lambda host: ["10.0.0.1" if "private" in host else PUBLIC])
    with pytest.raises(GateError):
        gate.get(f"http://{SITE}/b")
    assert len(world.requests) == 1


def test_redirects_are_followed_three_times(world):
    """Three hops are followed and told; a fourth is refused, and so is a circle."""
    for number in range(9):
        world.pages[f"http://{SITE}/hop/{number}"] = Reply(b"", 301 + number % 2, {"Location": f"/hop/{number + 1}"})
    world.pages[f"http://{SITE}/hop/3"] = Reply(b"there")
    world.pages[f"http://{SITE}/circle"] = Reply(b"", 302, {"Location": "/circle"})
    gate = world.open_gate(SITE)
    answer = gate.get(f"http://{SITE}/hop/0")
    assert (answer.body, answer.status, answer.url) == (b"there", 200, f"http://{SITE}/hop/0")
    assert answer.redirects == tuple(f"http://{SITE}/hop/{number}" for number in (1, 2, 3))
    with pytest.raises(GateError, match="more than 3"):
        gate.get(f"http://{SITE}/hop/4")
    with pytest.raises(GateError, match="circle"):
        gate.get(f"http://{SITE}/circle")


def test_answer_carries_headers_and_bytes_as_sent(world):
    """A packed answer is unpacked; the bytes sent and the headers stay as they were."""
    packed = gzip.compress(b"hello")
    world.pages[f"http://{SITE}/z"] = Reply(packed, headers={"Content-Encoding": "gzip"})
    answer = world.open_gate(SITE).get(f"https://{SITE}/z")
    assert (answer.body, answer.sent) == (b"hello", packed)
    assert answer.get_header("content-encoding") == "gzip"
    assert ("User-Agent", AGENT) in answer.asked


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"x" * 2000), GateError),
        (Reply(b"x" * 2000, sized=False), GateError),
        (Reply(gzip.compress(bytes(5_000_000)), headers={"Content-Encoding": "gzip"}), GateError),
        (Reply(gzip.compress(gzip.compress(bytes(5_000_000))), headers={"Content-Encoding": "gzip, gzip"}), GateError),
        (Reply(b"x" * 500, cut=499), OutageError),
        (Reply(b"x" * 500, cut=0), OutageError),
        (Reply(b"x" * 500, chunked=True, cut=500), OutageError),
        (Reply(gzip.compress(b"hello")[:-3], headers={"Content-Encoding": "gzip"}), OutageError),
        (Reply(b"hello", headers={"Content-Encoding": "gzip"}), OutageError),
        (Reply(b"x" * 500, drip=0.02), OutageError),
    ],
)
def test_answers_out_of_bounds_are_refused(world, reply, error):
    """Too long, packed to explode, cut or dripping: each ends in a sentence within a second, nothing kept."""
    world.pages[f"http://{SITE}/big"] = reply
    started = time.monotonic()
    with pytest.raises(error) as refusal:
        world.open_gate(SITE, n_bytes=10_000 if b"\x1f\x8b" in reply.body else 1000, seconds=0.6).get(f"http://{SITE}/big")
    assert type(refusal.value) is error
    assert time.monotonic() - started < 3


def test_outages_are_sentences(world):
    """A name without address, a failing look-up and a closed port are told as outages."""
    closed = world.open_gate(SITE, local=("127.0.0.1", 1))
    for gate in (world.open_gate(SITE, resolve=lambda host: []), world.open_gate(SITE, resolve=fail_to_resolve), closed):
        with pytest.raises(OutageError):
            gate.get(f"http://{SITE}/a")


def fail_to_resolve(host):
    """Fail as the system does where a name is unknown."""
    raise socket.gaierror(-2, "Name or service not known")


def test_pause_is_kept_between_requests_to_one_host(world):
    """Three seconds pass from the end of one request to the next, redirects included; another host need not wait."""
    world.pages[f"http://{SITE}/b"] = Reply(b"", 302, {"Location": "/a"})
    world.pages["http://other.example.org/"] = Reply(b"x")
    now, slept = [100.0], []

    def sleep(seconds):
        slept.append(seconds)
        now[0] += seconds

    gate = world.open_gate(SITE, "other.example.org", pause=3.0, clock=lambda: now[0], sleep=sleep)
    gate.get(f"http://{SITE}/b")
    gate.get("http://other.example.org/")
    now[0] += 1
    gate.get(f"http://{SITE}/a")
    assert slept == [3.0, 2.0]


def test_no_proxy_cookie_or_password_of_this_machine_is_used(world, monkeypatch):
    """Settings of the environment change nothing, and a cookie that a site sets is not sent back."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    world.pages[f"http://{SITE}/c"] = Reply(b"x", headers={"Set-Cookie": "a=b"})
    gate = world.open_gate(SITE)
    gate.get(f"http://{SITE}/c")
    gate.get(f"http://{SITE}/c")
    assert "Cookie" not in world.requests[1][2]


def test_gate_for_the_real_web_keeps_its_pause():
    """Short pauses need a server on this machine, and such a server must be on this machine."""
    with pytest.raises(GateError, match="too short"):
        Gate(frozenset([SITE]), AGENT, pause=2.9)
    with pytest.raises(GateError, match="on this machine"):
        Gate(frozenset([SITE]), AGENT, local=("10.0.0.1", 80))
    assert dataclasses.replace(Gate(frozenset([SITE]), AGENT), pause=5).pause == 5


def test_agent_names_program_and_contact():
    """The header says who asks and whom to write to; what is no contact is refused."""
    assert write_agent("https://example.org/project").startswith("framings/")
    assert write_agent("").endswith("(research on published transcripts)")
    for contact in ("jane", "jane@", "a@b.c\r\nX: y", "ftp://example.org", "jane@example.org, joe@example.org"):
        with pytest.raises(GateError, match="no mail address"):
            write_agent(contact)


def test_names_are_looked_up_with_all_their_addresses():
    """The system's own look-up gives addresses as text."""
    assert set(resolve_host("localhost")) <= {"127.0.0.1", "::1"}


def test_download_leaves_a_whole_file_or_none(world, tmp_path):
    """A file is written as it was sent, packed or not; one cut off leaves nothing."""
    packed = gzip.compress(b"hello")
    world.pages[f"http://{SITE}/f.gz"] = Reply(packed, headers={"Content-Encoding": "gzip"})
    world.pages[f"http://{SITE}/g"] = Reply(b"x" * 100, cut=50)
    gate = world.open_gate(SITE)
    gate.download(f"http://{SITE}/f.gz", tmp_path / "f.gz")
    for missing in ("g", "h"):
        with pytest.raises(GateError):
            gate.download(f"http://{SITE}/{missing}", tmp_path / missing)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"f.gz": packed}
