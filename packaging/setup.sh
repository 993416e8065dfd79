# setup.sh - what ./run, ./test and ./bench share: installs what is missing (tools/packages.txt, Node.js),
# builds the program and its web pages only when their input changed. Sourced by bash, from the repository root.
# Everything made here lies under build/ and web/, so that removing both gives a fresh clone again.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
STAMPS=$ROOT/build/stamps
RELEASE=$ROOT/build/release/src/cli/xiaohao
NODE_MAJOR_MIN=20
NODE_MAJOR=22 # what is fetched from npm when the system's own is older
export LC_ALL=C.UTF-8

say() { printf '== %s\n' "$*" >&2; }
die() {
    printf '错误 / error: %s\n' "$*" >&2
    exit 1
}

# ---- stamps: a step is skipped while what it depends on is unchanged ----

stamp_is() { [[ -f $STAMPS/$1 && $(<"$STAMPS/$1") == "$2" ]]; }
stamp_set() {
    mkdir -p "$STAMPS"
    printf '%s\n' "$2" >"$STAMPS/$1"
}
# Name, size and time of every file given, as one hash; folders are walked.
fingerprint() {
    { printf '%s %s\n' "$ROOT" "$(uname -m)"; sed -n 's/^VERSION_ID=//p' /etc/os-release
      find "$@" \( -name node_modules -o -name dist -o -name '.*' \) -prune -o -type f \
          ! -name schema.d.ts -printf '%p %s %T@\n' 2>/dev/null | sort; } | sha256sum | cut -c1-64
}

# ---- Debian packages ----

# as_root COMMAND…: with sudo unless root already.
as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "需要 root 权限，且没有 sudo / root is needed and there is no sudo: $*"
    fi
}

packages_of() { awk -v groups=" $* " '!/^#/ && index(groups, " " $1 " ") { print $2 }' "$ROOT/tools/packages.txt" | sort -u; }
package_is_installed() { [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]; }

# The packages of these groups that are not installed, "a|b" still open.
packages_missing() {
    local p alternative found
    for p in $(packages_of "$@"); do
        found=
        for alternative in ${p//|/ }; do
            package_is_installed "$alternative" && found=1
        done
        [[ $found ]] || printf '%s\n' "$p"
    done
}

# need_packages GROUP…
need_packages() {
    local key missing choice p chosen=()
    key="$(sha256sum <"$ROOT/tools/packages.txt" | cut -c1-64) $(sed -n 's/^VERSION_ID=//p' /etc/os-release)"
    stamp_is "packages-${*// /-}" "$key" && return
    missing=$(packages_missing "$@")
    if [[ $missing ]]; then
        say "安装 Debian 软件包 / installing Debian packages:" $missing
        apt_get update -qq || say "软件包列表未能更新 / the package lists could not be updated"
        for p in $missing; do
            choice=
            for alternative in ${p//|/ }; do
                if [[ -z $choice ]] && apt-cache show "$alternative" >/dev/null 2>&1; then choice=$alternative; fi
            done
            chosen+=("${choice:-${p%%|*}}")
        done
        apt_get install -y -qq --no-install-recommends "${chosen[@]}" || die "apt-get install: ${chosen[*]}"
    fi
    stamp_set "packages-${*// /-}" "$key"
}
apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 -o Dpkg::Use-Pty=0 "$@" >&2
}

# ---- Node.js: the system's when new enough, else npm's own package of it ----

node_major() { "$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

need_node() {
    local own=$ROOT/build/node/node_modules
    # npm brings its own list of certificate authorities; an office behind an inspecting proxy has its in the system's.
    if [[ -z ${NODE_EXTRA_CA_CERTS:-} && -f /etc/ssl/certs/ca-certificates.crt ]]; then
        export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
    fi
    export npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false
    if command -v npm >/dev/null && [[ $(node_major node) -ge $NODE_MAJOR_MIN ]]; then return; fi
    if [[ $(node_major "$own/.bin/node") -lt $NODE_MAJOR_MIN ]]; then
        command -v npm >/dev/null || need_packages node
        if [[ $(node_major node) -ge $NODE_MAJOR_MIN ]]; then return; fi
        fetch_node "$own"
    fi
    PATH=$own/.bin:$PATH
    hash -r
}
# The package per architecture holds the executable itself and needs no install script.
fetch_node() {
    local arch
    case $(uname -m) in
    x86_64) arch=x64 ;;
    aarch64) arch=arm64 ;;
    *) die "没有适用于本机的 Node.js / no Node.js for $(uname -m): install Node.js >= $NODE_MAJOR_MIN" ;;
    esac
    say "系统的 Node.js 过旧，从 npm 取 $NODE_MAJOR / the system's Node.js is too old, taking $NODE_MAJOR from npm"
    mkdir -p "$ROOT/build/node"
    npm install --silent --prefix "$ROOT/build/node" "node-linux-$arch@$NODE_MAJOR" npm@10 >&2 || die "npm install node"
    mkdir -p "$1/.bin"
    ln -sf "../node-linux-$arch/bin/node" "$1/.bin/node"
}

# ---- web pages ----

need_web_packages() {
    need_node
    local key
    key="$(sha256sum <"$ROOT/web/package-lock.json" | cut -c1-64) $(node -v)"
    if stamp_is web-packages "$key" && [[ -d $ROOT/web/node_modules ]]; then return; fi
    say "取网页所用的 npm 包 / fetching the web pages' npm packages"
    (cd "$ROOT/web" && npm ci --no-audit --no-fund --loglevel=error >&2) || die "npm ci"
    stamp_set web-packages "$key"
}
need_web() {
    local key
    key=$(fingerprint "$ROOT/web" "$ROOT/openapi.yaml")
    if stamp_is web "$key" && [[ -f $ROOT/web/dist/index.html ]]; then return; fi
    need_web_packages
    say "生成网页 / building the web pages"
    (cd "$ROOT/web" && npm run --silent build >&2) || die "npm run build"
    stamp_set web "$key"
}

# ---- the program ----

# need_configured NAME MESON-OPTION…: build/NAME set up with exactly these options.
need_configured() {
    local dir=$ROOT/build/$1 key
    key="$ROOT ${*:2} ${CC:-}"
    if stamp_is "setup-$1" "$key" && [[ -f $dir/build.ninja ]]; then return; fi
    say "配置 / configuring build/$1"
    rm -rf "$dir"
    meson setup "$dir" "$ROOT" "${@:2}" >&2 || die "meson setup build/$1"
    stamp_set "setup-$1" "$key"
}
# need_built NAME TARGET…
need_built() {
    say "编译 / compiling build/$1"
    ninja -C "$ROOT/build/$1" "${@:2}" >"$ROOT/build/$1/ninja.log" 2>&1 || {
        tail -40 "$ROOT/build/$1/ninja.log" >&2
        die "ninja build/$1"
    }
}
sources_fingerprint() {
    fingerprint "$ROOT/src" "$ROOT/tools" "$ROOT/data" "$ROOT/web" "$ROOT/openapi.yaml" "$ROOT/meson.build" \
        "$ROOT/meson_options.txt" "$ROOT/packaging" "$ROOT/run"
}
# The release build with its pages, in build/release.
need_release() {
    local key
    key=$(sources_fingerprint)
    if stamp_is release "$key" && [[ -x $RELEASE ]]; then return; fi
    need_packages run
    need_web
    # A newer compiler's new warning must not keep anybody from starting; the tests keep -Werror.
    need_configured release --buildtype=debugoptimized -Dwerror=false
    need_built release src/cli/xiaohao src/cli/xiaohao-decoder
    stamp_set release "$key"
}
