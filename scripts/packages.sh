# Installs Debian packages that are missing; sourced by ./run, ./test and .ci/run.
# need PROGRAM PACKAGE ...: installs PACKAGE where PROGRAM is not found. As another user than root it says what to install instead.
missing=()
need() { have "$1" || missing+=("$2"); }
have() {
  case "$1" in
    postgres) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null ;;
    fonts) [ -n "$(fc-list 2>/dev/null | head -n 1)" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
install_missing() {
  [ ${#missing[@]} -eq 0 ] && return 0
  if [ "$(id -u)" != 0 ]; then
    echo "These packages are missing: ${missing[*]}. Install them with: sudo apt-get install ${missing[*]}" >&2
    return 1
  fi
  if ! command -v apt-get >/dev/null; then
    echo "These programs are missing: ${missing[*]}. Install them with your system's package manager." >&2
    return 1
  fi
  echo "  installing ${missing[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/tmp/carillon-apt.log 2>&1 \
    || { echo "apt-get could not install ${missing[*]}:" >&2; tail -n 5 /tmp/carillon-apt.log >&2; return 1; }
}
