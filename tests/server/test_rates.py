from __future__ import annotations

from predictor.server.rates import Rate, client_of


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_client_may_ask_as_often_as_tokens_come_in():
    clock = Clock()
    rate = Rate(2.0, 4.0, clock)

    assert [rate.take("a") for _ in range(5)] == [True] * 4 + [False]
    clock.now += 0.5
    assert [rate.take("a") for _ in range(2)] == [True, False]
    clock.now += 1000
    assert [rate.take("a") for _ in range(5)] == [True] * 4 + [False]


def test_one_client_takes_nothing_from_another():
    rate = Rate(1.0, 1.0, Clock())

    assert rate.take("a")
    assert not rate.take("a")
    assert rate.take("b")


def test_looking_takes_nothing():
    rate = Rate(1.0, 1.0, Clock())

    assert not rate.spent("a")
    assert not rate.spent("a")
    assert rate.take("a")
    assert rate.spent("a")


def test_a_million_clients_are_not_remembered():
    rate = Rate(1.0, 1.0, Clock())
    for number in range(30_000):
        rate.take(str(number))

    assert rate.clients == 10_000
    assert rate.take("0")  # forgotten
    assert not rate.take("29999")


def test_an_ipv6_network_is_one_client():
    assert client_of("2001:db8::1") == client_of("2001:db8:0:0:ffff::2")
    assert client_of("2001:db8::1") != client_of("2001:db8:0:1::1")
    assert client_of("::ffff:203.0.113.7") == client_of("203.0.113.7")
    assert client_of("no address") == "no address"
