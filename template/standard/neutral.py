"""An environment in which git's output depends only on the files, not on this machine's settings.

`make update` runs Copier in it, and the template's update scripts run git in it.
"""

import os
from collections.abc import Mapping

# Each of these settings can change a diff, a merge, a checkout or a commit. Settings that give
# access to repositories stay: credentials, proxies, URLs.
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

# Variables that git sets for its hooks: with one of these, git works in another folder.
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


# They decide how files were checked out here, so comparing those with commits needs them.
CONVERSIONS = frozenset({"core.attributesFile", "core.autocrlf", "core.eol"})


def neutral(environment: Mapping[str, str], *, conversions: bool = True) -> dict[str, str]:
    """Return the environment with SETTINGS after its own git settings: git takes the last one.

    `conversions` says whether to include the settings in CONVERSIONS.
    """
    dropped = FOREIGN | _ALSO_DROPPED
    kept = {name: value for name, value in environment.items() if name not in dropped}
    first = int(kept.get("GIT_CONFIG_COUNT") or 0)
    settings = {k: v for k, v in SETTINGS.items() if conversions or k not in CONVERSIONS}
    for number, (name, value) in enumerate(settings.items(), start=first):
        kept[f"GIT_CONFIG_KEY_{number}"], kept[f"GIT_CONFIG_VALUE_{number}"] = name, value
    return {**kept, "GIT_CONFIG_COUNT": str(first + len(settings))}
