# Completion of rkbuild for bash: put this into /usr/share/bash-completion/completions/rkbuild, or source it.
_rkbuild() {
    local line=${COMP_LINE:0:COMP_POINT} current=
    local -a words
    read -ra words <<<"$line"
    if [[ $line != *[[:space:]] ]]; then
        current=${words[-1]}
        unset 'words[-1]'
    fi
    mapfile -t COMPREPLY < <("${words[0]}" --complete="$current" "${words[@]:1}" 2>/dev/null)
    # Only what is behind the last '=' or ':' is put in.
    local before=${current%"${current##*[=:]}"}
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
    if [[ ${COMPREPLY[0]-} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o default -F _rkbuild rkbuild
