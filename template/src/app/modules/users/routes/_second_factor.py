from typing import Annotated

from fastapi import APIRouter, Depends, status

from app.core.limits import limited
from app.core.permissions import signed_in

from ..schemas import (
    CodeProof,
    FullProof,
    PasswordProof,
    RecoveryCodes,
    SecondFactorRead,
    SecondFactorSetUp,
)
from ..services import SecondFactorService

router = APIRouter(prefix="/users/me/second-factor", tags=["me"])

Factors = Annotated[SecondFactorService, Depends()]


@router.get("")
@signed_in
async def read_second_factor(factors: Factors) -> SecondFactorRead:
    return SecondFactorRead.model_validate(await factors.state())


@router.post("", status_code=status.HTTP_201_CREATED)
@signed_in
@limited("login")
async def set_up_second_factor(body: PasswordProof, factors: Factors) -> SecondFactorSetUp:
    set_up = await factors.set_up(password=body.password.get_secret_value())
    return SecondFactorSetUp.model_validate(set_up)


@router.post("/confirm")
@signed_in
@limited("login")
async def confirm_second_factor(body: CodeProof, factors: Factors) -> RecoveryCodes:
    return RecoveryCodes(recovery_codes=list(await factors.confirm(body.code)))


@router.post("/recovery-codes")
@signed_in
@limited("login")
async def renew_recovery_codes(body: FullProof, factors: Factors) -> RecoveryCodes:
    codes = await factors.renew_codes(password=body.password.get_secret_value(), code=body.code)
    return RecoveryCodes(recovery_codes=list(codes))


@router.post("/remove", status_code=status.HTTP_204_NO_CONTENT)
@signed_in
@limited("login")
async def remove_second_factor(body: FullProof, factors: Factors) -> None:
    await factors.remove(password=body.password.get_secret_value(), code=body.code)
