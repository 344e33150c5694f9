# Blanks a goal begins with are gone from the prerequisites its stem makes, blanks at its end are not.
# RUN: -r ' b'
# RUN: -r ' '
# RUN: -r 'b '
# RUN: ./
%: %.q; @echo '[$@] [$<] [$*]'
b.q .q:; @echo $@
