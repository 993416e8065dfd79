#!/usr/bin/env bash
# fresh.sh - a bare Debian 12 (debootstrap, minbase) gets a fresh clone and one command, ./run; then once more, timed.
# Prints TAP. Needs root. Everything runs in name spaces of its own for mounts and processes, so that whatever
# happens nothing stays mounted and nothing stays running.
#   SUITE=trixie ./test fresh     on Debian 13
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
suite=${SUITE:-bookworm}
port=${PORT:-23210}
if [[ $EUID -ne 0 ]]; then exec sudo -E env PATH="$PATH" bash "${BASH_SOURCE[0]}"; fi
if [[ ${1:-} != inside ]]; then
    bare=$(mktemp -d /var/tmp/fresh.XXXXXX)
    trap 'rm -rf --one-file-system "$bare"' EXIT
    unshare --mount --pid --fork --kill-child bash "${BASH_SOURCE[0]}" inside "$bare"
    exit $?
fi
bare=$2
n=0 bad=0

check() { # check "what" STATUS
    n=$((n + 1))
    if (($2 == 0)); then
        echo "ok $n - $1"
    else
        echo "not ok $n - $1"
        bad=1
    fi
}
give_up() {
    check "$1" 1
    echo "1..$n"
    exit 1
}
# COMMAND… in the bare system: root, a home, no terminal; only the proxy and registry settings of this machine go in.
in_bare() {
    local pass=() v
    for v in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY npm_config_registry npm_config_proxy \
        npm_config_https_proxy; do
        [[ -z ${!v:-} ]] || pass+=("$v=${!v}")
    done
    chroot "$bare" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${pass[@]}" "$@" </dev/null
}

# How this machine reaches Debian's archive and npm's registry.
copy_network() {
    local from f
    cp /etc/resolv.conf /etc/hosts "$bare/etc/"
    mkdir -p "$bare/usr/local/share/ca-certificates"
    cp /usr/local/share/ca-certificates/*.crt "$bare/usr/local/share/ca-certificates/" 2>/dev/null
    for f in $(grep -ls '^ *Acquire::' /etc/apt/apt.conf.d/*); do
        cp "$f" "$bare/etc/apt/apt.conf.d/"
    done
    # shellcheck disable=SC1091
    from=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    if [[ $from == "$suite" ]]; then
        rm -f "$bare/etc/apt/sources.list"
        cp /etc/apt/sources.list "$bare/etc/apt/" 2>/dev/null
        cp /etc/apt/sources.list.d/debian*.sources /etc/apt/sources.list.d/debian*.list \
            "$bare/etc/apt/sources.list.d/" 2>/dev/null
    fi
    [[ ! -f /root/.npmrc ]] || grep -E '^(registry|proxy|https-proxy)=' /root/.npmrc >"$bare/root/.npmrc"
}

# Waits for the first answer; the server's end is an answer too. Milliseconds on standard output.
wait_healthy() { # wait_healthy PID SECONDS
    local from
    from=$(date +%s%N)
    until curl -fs --noproxy '*' "http://127.0.0.1:$port/healthz" >/dev/null; do
        kill -0 "$1" 2>/dev/null || return 1
        (($(date +%s%N) - from < $2 * 1000000000)) || return 1
        sleep 0.02
    done
    echo $((($(date +%s%N) - from) / 1000000))
}
stop() {
    pkill -TERM -P "$1" 2>/dev/null
    kill "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}

mirror=$(sed -n 's/^URIs: *\([^ ]*\/debian\/\?\)$/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
started=$SECONDS
debootstrap --variant=minbase "$suite" "$bare" "${mirror:-http://deb.debian.org/debian}" >&2 || give_up "debootstrap $suite"
check "debootstrap $suite, minbase ($((SECONDS - started)) s)" 0
mount -t proc proc "$bare/proc" && mount --rbind /dev "$bare/dev" || give_up "mounts"
copy_network
git clone -q --no-local "file://$root" "$bare/root/xiaohao" || give_up "git clone"
check "fresh clone" 0

started=$SECONDS
in_bare bash -c "cd /root/xiaohao && exec ./run --port $port" >&2 &
run=$!
if wait_healthy $run 3000 >/dev/null; then
    check "./run serves on a bare system ($((SECONDS - started)) s)" 0
else
    give_up "./run serves on a bare system"
fi
curl -fs --noproxy '*' "http://127.0.0.1:$port/" | grep -q '<script'
check "its pages are built in" $?
grep -q . "$bare/root/xiaohao/var/accounts.txt"
check "accounts are written to var/accounts.txt" $?
[[ $(stat -c %a "$bare/root/xiaohao/var/accounts.txt") == 600 ]]
check "nobody else reads them" $?
stop $run

in_bare bash -c "cd /root/xiaohao && exec ./run --port $port" >&2 &
run=$!
took=$(wait_healthy $run 60)
check "a second ./run answers in under a second (${took:-never} ms)" $((${took:-9999} < 1000 ? 0 : 1))
stop $run

in_bare bash -c "cd /root/xiaohao && exec ./run --port $port --data /root/empty --empty" >&2 &
run=$!
wait_healthy $run 60 >/dev/null
check "./run --empty serves a headquarters without the demonstration" $?
stop $run
[[ ! -e $bare/root/empty/accounts.txt ]]
check "the administrator's password of --empty is printed, not kept" $?
echo "1..$n"
exit $bad
