"""Statements that are compiled once and run on the driver's connection."""

from .statement import Prepared, Process, Statement, prepared, result_process

__all__ = ["Prepared", "Process", "Statement", "prepared", "result_process"]
