"""The environment in which git's answers depend on the files alone, whatever its settings here are.

`make update` runs Copier in it, and the template's own steps of an update run git in it.
"""

import os
from collections.abc import Mapping

# Each changes a diff, a merge, a checkout or a commit in somebody's set-up. What gives access to
# repositories stays: credentials, proxies, URLs.
SETTINGS = {
    "apply.ignoreWhitespace": "no",
    "apply.whitespace": "nowarn",
    "checkout.guess": "false",
    "color.ui": "false",
    "color.diff": "false",
    "color.status": "false",
    "commit.cleanup": "default",
    "commit.gpgSign": "false",
    "commit.template": "",
    "commit.verbose": "false",
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.eol": "lf",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.quotePath": "true",
    "core.safecrlf": "false",
    "core.untrackedCache": "false",
    "core.whitespace": "blank-at-eol,blank-at-eof,space-before-tab",
    "diff.algorithm": "myers",
    "diff.dstPrefix": "b/",
    "diff.external": "",
    "diff.ignoreSubmodules": "none",
    "diff.indentHeuristic": "true",
    "diff.interHunkContext": "0",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.orderFile": os.devnull,
    "diff.relative": "false",
    "diff.renames": "true",
    "diff.srcPrefix": "a/",
    "diff.submodule": "short",
    "diff.suppressBlankEmpty": "false",
    "diff.wsErrorHighlight": "none",
    "gc.auto": "0",
    "init.templateDir": "",
    "maintenance.auto": "false",
    "merge.conflictStyle": "merge",
    "merge.directoryRenames": "conflict",
    "merge.renames": "true",
    "status.relativePaths": "true",
    "status.showUntrackedFiles": "normal",
    "submodule.recurse": "false",
    "tag.gpgSign": "false",
}

# What a hook of git leaves behind: with one of these git works in another folder than it is asked.
FOREIGN = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_WORK_TREE",
    }
)
_ALSO_DROPPED = frozenset(
    {
        "GIT_ATTR_SOURCE",
        "GIT_CONFIG_PARAMETERS",
        "GIT_DEFAULT_HASH",
        "GIT_DIFF_OPTS",
        "GIT_EXTERNAL_DIFF",
        "GIT_GLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_LITERAL_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_PREFIX",
        "GIT_TEMPLATE_DIR",
    }
)


# These say how this machine's files came to be: comparing them with what is committed needs them.
CONVERSIONS = frozenset({"core.attributesFile", "core.autocrlf", "core.eol"})


def neutral(environment: Mapping[str, str], *, conversions: bool = True) -> dict[str, str]:
    """The same environment with SETTINGS after what it sets for git already: the last one counts.

    `conversions` says whether those that CONVERSIONS lists are among them.
    """
    dropped = FOREIGN | _ALSO_DROPPED
    kept = {name: value for name, value in environment.items() if name not in dropped}
    first = int(kept.get("GIT_CONFIG_COUNT") or 0)
    settings = {k: v for k, v in SETTINGS.items() if conversions or k not in CONVERSIONS}
    for number, (name, value) in enumerate(settings.items(), start=first):
        kept[f"GIT_CONFIG_KEY_{number}"], kept[f"GIT_CONFIG_VALUE_{number}"] = name, value
    return {**kept, "GIT_CONFIG_COUNT": str(first + len(settings))}
