# Counts the tokens in the pool of the make that runs it, and puts them back.
auth=${MAKEFLAGS##*--jobserver-auth=}
auth=${auth%% *}
case $auth in
    fifo:*) exec {in}<>"${auth#fifo:}"; out=$in ;;
    *) in=${auth%,*} out=${auth#*,} ;;
esac
n=0
while read -r -t 0.3 -N 1 -u "$in" token; do
    n=$((n + 1)) all=$all$token
done
printf %s "$all" >&"$out"
echo "$n"
