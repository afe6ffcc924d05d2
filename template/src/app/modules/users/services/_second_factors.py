from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pyotp
import segno

from app.core.security_events import SecurityEvent
from app.core.unit_of_work import CurrentWork
from app.kit import clock

from ..errors import NoSecondFactor, SecondFactorExists, WrongCode
from ..mails import FACTOR_ADDED, FACTOR_REMOVED
from ..repositories import RecoveryCodeRepository, SecondFactorRepository, User, UserRepository
from ._challenges import ChallengeService
from ._codes import hash_of, new_recovery_code, step_of
from ._credentials import CredentialService
from ._email_jobs import notify
from ._passwords import PasswordService

RECOVERY_CODES = 10


@dataclass(frozen=True)
class SetUp:
    """The secret to type into the device, and the URI, also as a QR code (data: URL of an SVG)."""

    secret: str
    uri: str
    qr_code: str


@dataclass(frozen=True)
class State:
    is_on: bool
    recovery_codes_left: int


class SecondFactorService:
    """Sets up, confirms and removes the actor's second factor."""

    def __init__(self, work: CurrentWork) -> None:
        self.work = work
        self.encrypter = work.runtime.encrypter
        self.users = UserRepository(work.session)
        self.factors = SecondFactorRepository(work.session)
        self.codes = RecoveryCodeRepository(work.session)
        self.passwords = PasswordService(work)
        self.credentials = CredentialService(work)
        self.challenges = ChallengeService(work)

    async def state(self) -> State:
        user = await self._own()
        return State(await self._is_on(user.id), await self.codes.count_unused(user.id))

    async def set_up(self, *, password: str) -> SetUp:
        """Set up a device, to be confirmed. Raises WrongCredentials, SecondFactorExists."""
        proven = await self.passwords.prove(await self._own(), password)
        user = await self.credentials.lock(proven)
        if await self._is_on(user.id):
            raise SecondFactorExists
        await self._delete(user.id)
        secret = pyotp.random_base32()
        encrypted = self.encrypter.encrypt(secret)
        await self.factors.create(
            user_id=user.id, sealed_secret=encrypted, key_id=self.encrypter.key_id
        )
        issuer = self.work.runtime.settings.name
        uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=issuer)
        return SetUp(secret, uri, segno.make(uri).svg_data_uri(scale=4, light="#fff"))

    async def confirm(self, code: str) -> Sequence[str]:
        """Activate the device with its first code, and end the other log-ins, which lack one.

        Returns the recovery codes, which are shown once. Raises WrongCode, NoSecondFactor.
        """
        user = await self.credentials.lock_own()
        factor = await self.factors.find_of_for_update(user.id)
        if factor is None or factor.confirmed_at is not None:
            raise NoSecondFactor
        step = step_of(code, self.encrypter.decrypt(factor.sealed_secret), after=factor.last_step)
        if step is None:
            raise WrongCode
        await self.factors.change(factor, confirmed_at=clock.now(), last_step=step)
        await self.credentials.renew(user, keep=self.work.actor.session_id)
        notify(self.work, user, FACTOR_ADDED)
        self._note(SecurityEvent.SECOND_FACTOR_ADDED, user)
        return await self._new_codes(user.id)

    async def renew_codes(self, *, password: str, code: str) -> Sequence[str]:
        """Replace the recovery codes. It needs the password and a code, as `remove` does."""
        user = await self._prove_both(password, code)
        return await self._new_codes(user.id)

    async def remove(self, *, password: str, code: str) -> None:
        """Remove the device. The password alone is not enough: an attacker may have it.

        Raises WrongCredentials, NoSecondFactor, WrongCode, SecondFactorLocked.
        """
        user = await self._prove_both(password, code)
        await self._delete(user.id)
        await self.credentials.renew(user, keep=self.work.actor.session_id)
        notify(self.work, user, FACTOR_REMOVED)
        self._note(SecurityEvent.SECOND_FACTOR_REMOVED, user)

    async def reencrypt(self) -> None:
        """Encrypt all secrets with the current key, so that previous keys can be dropped."""
        for factor in await self.factors.list_sealed_otherwise(self.encrypter.key_id):
            encrypted = self.encrypter.encrypt(self.encrypter.decrypt(factor.sealed_secret))
            await self.factors.change(factor, sealed_secret=encrypted, key_id=self.encrypter.key_id)

    async def _prove_both(self, password: str, code: str) -> User:
        """Verify password and code, and return the user, locked."""
        proven = await self.passwords.prove(await self._own(), password)
        await self.challenges.check(proven.id, code)
        return await self.credentials.lock(proven)

    async def _is_on(self, user_id: UUID) -> bool:
        factor = await self.factors.find_of(user_id)
        return factor is not None and factor.confirmed_at is not None

    async def _new_codes(self, user_id: UUID) -> Sequence[str]:
        await self.codes.delete_of(user_id)
        codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
        for code in codes:
            await self.codes.create(user_id=user_id, secret_hash=hash_of(code))
        return codes

    async def _delete(self, user_id: UUID) -> None:
        await self.codes.delete_of(user_id)
        factor = await self.factors.find_of(user_id)
        if factor is not None:
            await self.factors.delete(factor)

    def _note(self, event: SecurityEvent, user: User) -> None:
        self.work.note_security(event, reason="by the person", user_id=user.id)

    async def _own(self) -> User:
        return await self.users.get(self.work.require_user())
