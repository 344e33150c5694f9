#compdef rkbuild
# Completion of rkbuild for zsh: put this as _rkbuild into a directory of $fpath, or source it.
_rkbuild() {
    local -a found open whole
    found=(${(f)"$(${words[1]} --complete=${(Q)PREFIX} ${(Q)words[2,CURRENT-1]} 2>/dev/null)"})
    open=(${(M)found:#*=})
    whole=(${found:#*=})
    (( $#whole )) && compadd -a whole
    (( $#open )) && compadd -S '' -a open
    (( $#found )) || _files
}
if [ "$funcstack[1]" = "_rkbuild" ]; then
    _rkbuild "$@"
else
    compdef _rkbuild rkbuild
fi
