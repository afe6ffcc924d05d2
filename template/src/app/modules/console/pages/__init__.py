from . import _log_in, _start, _static

routers = tuple(each.pages.router for each in (_static, _log_in, _start))

__all__ = ["routers"]
