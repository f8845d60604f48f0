#!/usr/bin/env bash
# Make this machine ready: system packages, then .venv with exactly what requirements.lock pins.
#
#   house/setup.sh run | test | build | check
#
# Says what it does in numbered lines, does only what is missing, and says nothing when nothing is.
# System packages are installed by apt when we are root; otherwise one line to paste is printed.
# pip asks whatever index this machine is configured for: none is named here.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
purpose="${1:-run}"
started=$SECONDS

# Qt's libraries: first those any window needs, then those of an X11 screen, last printers.
qt_packages=(
  libgl1 libegl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon0
  libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-xkb1 libxkbcommon-x11-0 libxcb-randr0 libxcb-shape0
  libcups2
)
wanted=("${qt_packages[@]}")
case "$purpose" in
  run | check) ;;
  # The tests start a private PostgreSQL of their own, and read printed PDFs with pdftotext.
  test) wanted+=(postgresql-15 poppler-utils) ;;
  build) wanted+=(binutils) ;;
  *) echo "usage: house/setup.sh run | test | build | check" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\n' "$@" >&2; exit 1; }

# --- what is missing ----------------------------------------------------------------------------------------------
missing=()
if command -v dpkg-query >/dev/null; then
  # The t64 names are Debian 13's for the same libraries.
  installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' 2>/dev/null | sed -n 's/^ii *//p' | tr '\n' ' ')"
  has() { case "$installed" in *" $1 "* | *" $1t64 "*) true ;; *) false ;; esac; }
  for package in "${wanted[@]}"; do
    case "$package" in
      postgresql-15) compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=("$(
        # The version this Debian ships: 15 on Debian 12.
        apt-cache --names-only search '^postgresql-[0-9]+$' 2>/dev/null | sed 's/ .*//' | sort -V | tail -n 1 | grep . || echo postgresql-15
      )") ;;
      *) has "$package" || missing+=("$package") ;;
    esac
  done
elif [ "$purpose" = test ] && ! command -v initdb >/dev/null; then
  fail "The tests need PostgreSQL's initdb and postgres on the PATH. Install PostgreSQL and run this again." \
    "测试需要 PostgreSQL（initdb、postgres 须在 PATH 中）。请安装后重试。"
fi

# .venv counts as made when it runs and was made from this very lock by this very script.
fingerprint="$(cat requirements.lock house/setup.sh | cksum)"
stamp=.venv/.made-from
venv_is_right() { [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ] && [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null; }

if [ ${#missing[@]} -eq 0 ] && venv_is_right; then
  exit 0
fi

# --- which Python -------------------------------------------------------------------------------------------------
python=""
for candidate in "${PYTHON:-}" python3.11 python3; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null &&
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python="$candidate"
    break
  fi
done
[ -n "$python" ] || fail "Python 3.11 or newer was not found. Install it (Debian: apt-get install python3), or name one: make run PYTHON=/path/to/python3" \
  "没有找到 Python 3.11 或更高版本。请先安装，或用 PYTHON=… 指定。"

# Debian cuts ensurepip out of Python into a package of its own.
if ! venv_is_right && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  missing+=(python3-venv)
fi

# Two people (or two terminals) may start at once: the second waits for the first.
mkdir -p .state
log=.state/setup.log
if command -v flock >/dev/null; then
  exec 9>.state/setup.lock
  flock 9
fi
: >"$log"
show_log_and_fail() { tail -n 25 "$log" >&2; fail "$@"; }

say "[1/4] $("$python" --version) ($(command -v "$python"))"

# --- system packages ----------------------------------------------------------------------------------------------
if [ ${#missing[@]} -eq 0 ]; then
  say "[2/4] 系统软件包齐全 · system packages: all there"
elif [ "$(id -u)" -ne 0 ]; then
  say "[2/4] 缺少系统软件包，请执行下面一行后重试 · system packages are missing, paste this line and try again:"
  say ""
  say "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
  say ""
  exit 1
else
  say "[2/4] 安装系统软件包 · installing system packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >>"$log" 2>&1 ||
    say "      apt-get update 未完全成功，继续 · apt-get update had trouble, going on (see $log)"
  # Debian starts a server of its own when PostgreSQL is installed; the tests bring theirs, so it is told not to.
  no_cluster=/etc/postgresql-common/createcluster.conf
  ours=""
  case " ${missing[*]} " in
    *" postgresql-"*)
      if [ ! -e "$no_cluster" ]; then
        ours=yes
        mkdir -p "${no_cluster%/*}"
        echo "create_main_cluster = false" >"$no_cluster"
      fi ;;
  esac
  put_back() {
    if [ -n "$ours" ] && [ -e /usr/share/postgresql-common/createcluster.conf ]; then
      cp /usr/share/postgresql-common/createcluster.conf "$no_cluster"
    fi
  }
  if apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold "${missing[@]}" >>"$log" 2>&1; then
    put_back
  else
    put_back
    show_log_and_fail "系统软件包安装失败，日志见 $log · apt-get could not install them; the log is $log. Once it can, run this again."
  fi
fi

# --- Python packages ----------------------------------------------------------------------------------------------
if venv_is_right; then
  say "[3/4] Python 软件包齐全 · Python packages: all there"
else
  total="$(grep -c '^[A-Za-z0-9].*==' requirements.lock)"
  say "[3/4] 安装 Python 软件包到 .venv · installing Python packages into .venv (about $total, one minute)"
  rm -f "$stamp"
  if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    "$python" -m venv --clear .venv >>"$log" 2>&1 || show_log_and_fail "无法建立 .venv · .venv could not be made; the log is $log."
  fi
  # --no-compile: Python compiles what is really imported, when it is; compiling all takes as long as installing.
  if ! .venv/bin/python -m pip install --require-hashes --no-compile --disable-pip-version-check --progress-bar off \
    --no-input -r requirements.lock 2>>"$log" | tee -a "$log" | awk '
      /^Collecting /  { n++; if (n % 15 == 0) { printf "      %d …\n", n; fflush() } }
      /^Installing collected/ { print "      下载完毕，正在解包 · downloaded, unpacking …"; fflush() }'; then
    show_log_and_fail "Python 软件包安装失败，日志见 $log · pip could not install the packages; the log is $log." \
      "请检查网络与 pip 的软件源设置，然后重试 · Check the network and pip's configured index, then run this again."
  fi
  printf '%s' "$fingerprint" >"$stamp"
fi
say "[4/4] 就绪，用时 $((SECONDS - started)) 秒 · ready after $((SECONDS - started)) s"
