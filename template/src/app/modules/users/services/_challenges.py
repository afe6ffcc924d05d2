from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.core.auth import TokenRefused
from app.core.mail import send_mail
from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import NoSecondFactor, SecondFactorLocked, WrongCode
from ..repositories import (
    RecoveryCodeRepository,
    SecondFactor,
    SecondFactorRepository,
    User,
    UserRepository,
)
from ._codes import hash_of, step_of
from ._email_jobs import FACTOR_LOCKED

LIFETIME = timedelta(minutes=5)
FAILURES_TOLERATED = 5
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True)
class Challenge:
    """A signed token that proves the first factor. It is answered with a code."""

    challenge: str
    expires_in: int


@dataclass(frozen=True)
class VerifiedChallenge:
    """The content of a challenge whose code was right."""

    user_id: UUID
    tenant_id: UUID | None
    credentials_version: int | None


class ChallengeService:
    """Checks the second factor: a code, with a limited number of attempts."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.factors = SecondFactorRepository(work.session)
        self.codes = RecoveryCodeRepository(work.session)

    async def is_required(self, user_id: UUID) -> bool:
        factor = await self.factors.find_of(user_id)
        return factor is not None and factor.confirmed_at is not None

    def issue(self, proven: User, tenant_id: UUID | None) -> Challenge:
        """Issue a challenge to a user who has proved the first factor.

        It names the version of the credentials, so a new password invalidates it.
        """
        tenant = str(tenant_id) if tenant_id else None
        body = {"sub": str(proven.id), "tid": tenant, "ver": proven.credentials_version}
        signed = self.work.runtime.tokens.sign("challenge", body, lifetime=LIFETIME)
        return Challenge(signed, int(LIFETIME.total_seconds()))

    async def verify(self, challenge: str, code: str) -> VerifiedChallenge:
        """Verify challenge and code. Raises WrongCode, SecondFactorLocked."""
        try:
            body = self.work.runtime.tokens.verify("challenge", challenge)
        except TokenRefused as refused:
            self._refuse("challenge")
            raise WrongCode(str(refused)) from refused
        verified = VerifiedChallenge(
            UUID(body["sub"]), UUID(body["tid"]) if body["tid"] else None, body.get("ver")
        )
        try:
            await self.check(verified.user_id, code)
        except NoSecondFactor as removed:
            raise WrongCode from removed
        return verified

    async def check(self, user_id: UUID, code: str) -> None:
        """Check a code of the device or a recovery code; each is valid once.

        Raises NoSecondFactor, WrongCode, SecondFactorLocked. Attempts are counted in a unit of work
        of their own, so that the error that follows does not roll the count back.
        """
        async with self.work.within(None) as work:
            right = await ChallengeService(work)._try(user_id, code)
        if not right:
            self._refuse("wrong code", user_id)
            raise WrongCode

    async def _try(self, user_id: UUID, code: str) -> bool:
        factor = await self.factors.find_of_for_update(user_id)
        if factor is None or factor.confirmed_at is None:
            raise NoSecondFactor
        _check_lock(factor)
        secret = self.work.runtime.encrypter.decrypt(factor.sealed_secret)
        step = step_of(code, secret, after=factor.last_step)
        if step is not None:
            await self.factors.change(factor, last_step=step, failures=0)
        elif await self.codes.spend(user_id, hash_of(code), clock.now()):
            await self.factors.change(factor, failures=0)
        else:
            await self._count_failure(factor)
            return False
        return True

    async def _count_failure(self, factor: SecondFactor) -> None:
        failures = factor.failures + 1
        if failures < FAILURES_TOLERATED:
            await self.factors.change(factor, failures=failures)
        else:
            await self.factors.change(factor, failures=0, locked_until=clock.now() + LOCKED_FOR)
            await self._warn(factor.user_id)

    def _refuse(self, reason: str, user_id: UUID | None = None) -> None:
        self.work.note_security(SecurityEvent.SECOND_FACTOR_REFUSED, reason=reason, user_id=user_id)

    async def _warn(self, user_id: UUID) -> None:
        """Tell the user: only somebody who has the password can try codes."""
        self.work.note_security(
            SecurityEvent.SECOND_FACTOR_LOCKED, reason="too many tries", user_id=user_id
        )
        user = await UserRepository(self.work.session).get(user_id)
        self.work.enqueue(send_mail, user.email, "Wrong codes for your account", FACTOR_LOCKED)


def _check_lock(factor: SecondFactor) -> None:
    if factor.locked_until is not None and factor.locked_until > clock.now():
        seconds = int((factor.locked_until - clock.now()).total_seconds()) + 1
        raise SecondFactorLocked(headers={"Retry-After": str(seconds)})
