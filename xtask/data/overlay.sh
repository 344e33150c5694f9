#!/bin/sh
# overlay.sh SOURCE DIR COMMAND...: runs the command in DIR/tree, which shows SOURCE; what it writes goes to DIR/files.
set -e
source=$1
dir=$2
shift 2
mkdir -p "$dir/tree" "$dir/files" "$dir/work"
export source dir
exec unshare -m sh -ec '
mount -t overlay overlay -o "lowerdir=$source,upperdir=$dir/files,workdir=$dir/work" "$dir/tree"
cd "$dir/tree"
unset source dir
exec "$@"' sh "$@"
