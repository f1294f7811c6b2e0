#!/usr/bin/env bash
# Proves that each layer names only what lies below it, and that each foreign danger has one door:
#
#   sys        nothing of the crate; alone names libc and rustix
#   coroutine  sys; alone names corosensei
#   runtime    coroutine sys
#   wait       runtime coroutine sys; alone names may, in its folder of that name
#   greenlet   wait runtime sys::clock
#   shims      each other, greenlet wait sys
#   toolboxes  each other, shims, greenlet wait
#   monkey     all of them
#
# Reads the text of src/, without comments: every `crate::name`, and every `super::name` that leaves its layer.
set -euo pipefail
cd "$(dirname "$0")/.."

shims="net os io fs process thread sync time"
toolboxes="cosocket event_engine future server pool queue threadpool select signal"
declare -A below=(
    [sys]=""
    [coroutine]="sys"
    [runtime]="coroutine sys"
    [wait]="runtime coroutine sys"
    [greenlet]="wait runtime sys::clock"
    [monkey]="$shims greenlet wait runtime coroutine sys"
)
for shim in $shims; do below[$shim]="$shims greenlet wait sys"; done
for box in $toolboxes; do below[$box]="$toolboxes $shims greenlet wait"; done

failed=0
complain() {
    echo "$1"
    failed=1
}

# The file without its comments, and without `$crate`: in a macro that is the user's view of the crate.
code() {
    sed -e 's|//.*||' -e 's|\$crate|dollar|g' "$1"
}

# The paths that the file takes into the crate, as `name` or `name::name`, with their line numbers.
references() {
    code "$1" | grep -noP '(?<![\w:])(crate|super::super)::\K[a-z_]\w*(::[a-z_]\w*)?(?!\w*!)' || true
    case $1 in
    src/*/*/*) ;;
    # Their parent is the crate itself.
    src/*/mod.rs) code "$1" | grep -noP '(?<![\w:])super::\K[a-z_]\w*(::[a-z_]\w*)?' || true ;;
    esac
}

while read -r file; do
    layer=${file#src/}
    layer=${layer%%/*}
    layer=${layer%.rs}
    [[ $layer != lib ]] || continue
    [[ -v below[$layer] ]] || { complain "$file: give the layer '$layer' its place in ci/layers.sh"; continue; }

    while IFS=: read -r line name rest; do
        path=$name${rest:+:$rest}
        # `super::super::x` in a test module means a neighbour in the layer.
        [[ $name != "$layer" && ! -e src/$layer/$name.rs && ! -e src/$layer/$name/mod.rs ]] || continue
        for allowed in ${below[$layer]}; do
            [[ $path != "$allowed" && $path != "$allowed"::* ]] || continue 2
        done
        complain "$file:$line: '$layer' is not above '$path'"
    done < <(references "$file")

    while IFS=: read -r line _; do
        complain "$file:$line: one 'use' per layer, so that this check sees each"
    done < <(code "$file" | grep -nP '(?<![\w:])(crate|super::super)::[{*]' | grep -v 'super::super::\*' || true)

    [[ $layer == sys ]] || while IFS=: read -r line _; do
        complain "$file:$line: only sys names libc and rustix"
    done < <(code "$file" | grep -nP '\b(libc|rustix)(::|;)' || true)

    [[ $layer == coroutine ]] || while IFS=: read -r line _; do
        complain "$file:$line: only coroutine names corosensei"
    done < <(code "$file" | grep -nP '\bcorosensei(::|;)' || true)

    [[ $file == src/wait/may/* ]] || while IFS=: read -r line _; do
        complain "$file:$line: only wait/may names the crate may"
    done < <(code "$file" | grep -nP '(?<!::)\bmay::(config|coroutine|coroutine_local|io|net|os|queue|sync)\b' || true)
done < <(find src -name '*.rs' | sort)

exit "$failed"
