"""The light client: what it trusts, and how proofs and updates are checked against it (FORMAT.md section 11)."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Callable, TypeVar

from bucket import Bucket, bucket_findings, decode_bucket, is_of
from certificate import Certificate, Header, ValidatorSet, certify
from identities import Key
from leaves import Paths
from merkle import verify_consistency
from messages import Anchor, HandOver, History, Update, decode_anchor, decode_update
from proof import Proof, decode_proof, decode_qr_proof, expand
from required import Findings, findings
from state import Answers
from wire import QR_PROOF, Fault, require

TYPE_OFFSET = 4
MAX_CERTIFIED = 16

T = TypeVar("T")


@dataclass(frozen=True)
class Term:
    """A validator set with the heights and times at which it began and ended to be in force."""

    validators: ValidatorSet
    begin_height: int
    begin_time: int
    begin_hash: bytes
    end_height: int | None = None
    end_time: int | None = None

    def holds(self, height: int) -> bool:
        return self.begin_height < height and (self.end_height is None or height <= self.end_height)


@dataclass(frozen=True)
class Head:
    """Of the newest trusted header: what a client compares with."""

    height: int
    time: int
    hash: bytes


@dataclass(frozen=True)
class Checked:
    """A proof that holds: its header, and what was found for each key."""

    header: Header
    found: dict[Key, Findings]


@dataclass(frozen=True)
class Advanced:
    """An update that holds."""

    height: int
    history_shown: bool
    newer: bool


@dataclass
class Client:
    """A client's memory with the checks of section 11."""

    anchor: Anchor
    terms: list[Term]
    newest: Head
    log_size: int
    log_root: bytes
    certified: list[tuple[int, bytes]] = field(default_factory=list)
    seen: dict[bytes, int] = field(default_factory=dict)
    forked: bool = False

    @property
    def paths(self) -> Paths:
        return Paths(self.anchor.chain_id)

    def check_time(self, now: int) -> None:
        """Step 1."""
        require(not self.forked, "trust.fork")
        require(now <= self.newest.time + self.anchor.trusting_period, "trust.needs-new-anchor")

    def check_proof(self, data: bytes, keys: list[Key], now: int) -> Checked:
        """Steps 1 to 11 for the keys in the order of the scans; if one fails, a certified header or a fork is kept."""
        self.check_time(now)
        return self._commit(lambda trial: trial._check_proof(data, keys))

    def check_bucket(self, data: bytes, keys: list[Key], now: int) -> Checked:
        """As for a proof, with a bucket's steps 3 and 10."""
        self.check_time(now)
        return self._commit(lambda trial: trial._check_bucket(data, keys))

    def advance(self, data: bytes, now: int) -> Advanced:
        """An update."""
        self.check_time(now)
        return self._commit(lambda trial: trial._advance(decode_update(data)))

    def _commit(self, step: Callable[[Client], T]) -> T:
        """Works on a copy, and takes it over if the step succeeds; else only certified headers and a fork."""
        trial = copy.copy(self)
        newest = self.newest
        trial.terms, trial.certified, trial.seen = list(self.terms), list(self.certified), dict(self.seen)
        try:
            result = step(trial)
        except Fault:
            self.forked, self.certified = trial.forked, trial.certified
            raise
        if trial.newest is newest:
            trial.terms = self.terms
        self.__dict__.update(trial.__dict__)
        return result

    def _check_proof(self, data: bytes, keys: list[Key]) -> Checked:
        proof = self.decode_proof(data)
        require(proof.keys == sorted(keys, key=Key.encode), "trust.proof.other-scan")
        self._check_chain(proof)
        answers = Answers(proof.state)
        found = findings(self.paths, answers, keys)
        if not any(finding.newer for finding in found.values()):
            answers.check_exact()
        self._trust(proof.header)
        return Checked(proof.header, found)

    def _check_bucket(self, data: bytes, keys: list[Key]) -> Checked:
        bucket = decode_bucket(data)
        require(is_of(bucket, keys, self.paths), "trust.proof.other-scan")
        self._check_chain(bucket)
        found = {keys[0]: bucket_findings(bucket, keys[0], self.paths)}
        self._trust(bucket.header)
        return Checked(bucket.header, found)

    def _check_chain(self, proof: Proof | Bucket) -> None:
        """Steps 4 to 9."""
        for hand_over in self._in_order(proof.hand_overs):
            self._take_hand_over(hand_over)
        self._check_header(proof.header, proof.certificate)
        require(proof.state.root() == proof.header.state_root, "trust.state.root")

    def decode_proof(self, data: bytes) -> Proof:
        """Step 2."""
        if data[TYPE_OFFSET : TYPE_OFFSET + 1] != bytes([QR_PROOF]):
            return decode_proof(data)
        qr = decode_qr_proof(data)
        return expand(qr, self.anchor.chain_id, self._set_hash_at(qr.height))

    def _set_hash_at(self, height: int) -> bytes:
        """Of the set in force at a height; at the anchor's, the anchor's set."""
        if height == self.anchor.header.height and self._holds_anchor_set():
            return self.anchor.validators.hash
        for term in self.terms:
            if term.holds(height):
                return term.validators.hash
        raise Fault("trust.before-anchor", self.anchor.header.height, height)

    def _holds_anchor_set(self) -> bool:
        """Whether the anchor's set was not forgotten yet."""
        return self.terms[0].begin_hash == self.anchor.header.hash

    def _term_at(self, height: int, set_hash: bytes) -> Term | None:
        """The set in force at a height; at the anchor's, its set if the header names that."""
        if height == self.anchor.header.height and set_hash == self.anchor.validators.hash and self._holds_anchor_set():
            return Term(self.anchor.validators, height, self.anchor.header.time, self.anchor.header.hash)
        return next((term for term in self.terms if term.holds(height)), None)

    def _in_order(self, hand_overs: list[HandOver]) -> list[HandOver]:
        for before, after in zip(hand_overs, hand_overs[1:]):
            require(before.header.height < after.header.height, "trust.hand-over.order")
        return hand_overs

    def _take_hand_over(self, hand_over: HandOver) -> None:
        """Step 4."""
        header = hand_over.header
        require(header.chain_id == self.anchor.chain_id, "trust.header.other-chain")
        if header.height <= self.newest.height:
            self._repeat_hand_over(hand_over)
            return
        _require_later(header.time, self.newest.time)
        require(header.next_set_hash != header.set_hash, "trust.hand-over.idle")
        require(hand_over.validators.hash == header.next_set_hash, "trust.hand-over.set")
        term = self._named_term(header)
        self._check_header_time(header, term)
        certify(header, hand_over.certificate, term.validators)
        self._check_fork(header)
        self.terms[-1] = replace(self.terms[-1], end_height=header.height, end_time=header.time)
        self.terms.append(Term(hand_over.validators, header.height, header.time, header.hash))

    def _repeat_hand_over(self, hand_over: HandOver) -> None:
        """A hand-over that the client took before; another one is a fork, if it is certified."""
        header = hand_over.header
        for term in self.terms:
            if term.begin_hash == header.hash and hand_over.validators.hash == header.next_set_hash:
                named = self._named_term(header)
                self._check_range(header, named)
                certify(header, hand_over.certificate, named.validators)
                return
        try:
            self._check_header(header, hand_over.certificate)
        except Fault as fault:
            require(fault.code != "trust.fork", "trust.fork")
        raise Fault("trust.hand-over.order")

    def _check_header(self, header: Header, certificate: Certificate) -> None:
        """Steps 5 to 8."""
        require(header.chain_id == self.anchor.chain_id, "trust.header.other-chain")
        if (header.height, header.hash) not in self.certified:
            term = self._named_term(header)
            self._check_header_time(header, term)
            certify(header, certificate, term.validators)
            self._check_fork(header)
            require(header.known, "trust.newer-client.header")
            self._keep(header)

    def _named_term(self, header: Header) -> Term:
        term = self._term_at(header.height, header.set_hash)
        if term is None:
            raise Fault("trust.before-anchor", self.terms[0].begin_height, header.height)
        if header.set_hash == term.validators.hash:
            return term
        hashes = [other.validators.hash for other in self.terms]
        place = self.terms.index(term)
        require(header.set_hash not in hashes[place + 1 :], "trust.header.set-early")
        require(header.set_hash not in hashes[:place], "trust.header.set-retired")
        raise Fault("trust.header.set-unknown")

    def _check_header_time(self, header: Header, term: Term) -> None:
        """Step 6."""
        self._check_range(header, term)
        if header.height > self.newest.height:
            _require_later(header.time, self.newest.time)
        if header.height < self.newest.height and header.time >= self.newest.time:
            raise _time_order(self.newest.time, header.time)

    def _check_range(self, header: Header, term: Term) -> None:
        """The time within the range; not for a header at the anchor's height that names the anchor's set."""
        if header.height == self.anchor.header.height and term.validators.hash == self.anchor.validators.hash:
            return
        _require_later(header.time, term.begin_time)
        if term.end_time is not None and header.time > term.end_time:
            raise _time_order(term.end_time, header.time)

    def _check_fork(self, header: Header) -> None:
        """A certified header; another one that is known at its height is a fork."""
        if self._known_at(header.height) - {header.hash}:
            self.forked = True
            raise Fault("trust.fork")

    def _keep(self, header: Header) -> None:
        """Remembers a certified header."""
        self.certified = [*self.certified, (header.height, header.hash)][-MAX_CERTIFIED:]

    def _known_at(self, height: int) -> set[bytes]:
        """The hashes of headers at a height: the newest, the anchor's, certified ones, those at which a set began."""
        anchor = self.anchor.header
        known = [(self.newest.height, self.newest.hash), (anchor.height, anchor.hash), *self.certified]
        known += [(term.begin_height, term.begin_hash) for term in self.terms]
        return {header_hash for other, header_hash in known if other == height}

    def _trust(self, header: Header) -> None:
        """Step 11."""
        if header.height > self.newest.height and header.next_set_hash == self.terms[-1].validators.hash:
            self.newest = Head(header.height, header.time, header.hash)
            kept_from = max(0, header.time - self.anchor.trusting_period)
            self.terms = [term for term in self.terms if term.end_time is None or term.end_time >= kept_from]

    def _advance(self, update: Update) -> Advanced:
        header = update.header
        newer = header.height > self.newest.height
        if header.height < self.newest.height:
            raise Fault("trust.older-header", self.newest.height, header.height)
        for hand_over in self._in_order(update.hand_overs):
            self._take_hand_over(hand_over)
        require(header.next_set_hash == self.terms[-1].validators.hash, "trust.hand-over.missing")
        self._check_header(header, update.certificate)
        history_shown = update.history is not None or self.log_size == 0
        if update.history is not None:
            self._check_history(update.history, header)
        if history_shown:
            self.log_size, self.log_root = header.log_size, header.log_root
        self._trust(header)
        return Advanced(header.height, history_shown, newer)

    def _check_history(self, history: History, header: Header) -> None:
        if history.first_size != self.log_size:
            raise Fault("trust.log.other-start", self.log_size, history.first_size)
        if history.first_size == 0 and not history.hashes:
            return
        try:
            verify_consistency(self.log_size, header.log_size, history.hashes, self.log_root, header.log_root)
        except Fault:
            raise Fault("trust.log.consistency") from None


def _require_later(time: int, bound: int) -> None:
    if time <= bound:
        raise _time_order(bound, time)


def _time_order(bound: int, time: int) -> Fault:
    return Fault("trust.header.time-order", bound, time)


def new_client(anchor_bytes: bytes) -> Client:
    """A client that has the anchor only."""
    anchor = decode_anchor(anchor_bytes)
    header = anchor.header
    term = Term(anchor.validators, header.height, header.time, header.hash)
    newest = Head(header.height, header.time, header.hash)
    return Client(anchor, [term], newest, header.log_size, header.log_root)
