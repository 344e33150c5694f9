# Completion of rkbuild for fish: put this into ~/.config/fish/completions/rkbuild.fish, or source it.
function __rkbuild_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    $words[1] --complete=$current $words[2..-1] 2>/dev/null
end
complete -c rkbuild -a '(__rkbuild_complete)'
