// The default lists, compiled by us. Boilerplate is what asks for quality at large and tells nothing about
// the image; words that show in the image (sharp focus, hdr, bokeh, artstation) are taste and stay.
#include "engine/context/word_lists.h"

namespace penchant {

const std::string_view english_word_lists = R"(
[stop]
# articles, determiners
a
an
the
this
that
these
those
some
any
each
every
either
neither
both
another
such
no
not
nor
# prepositions, particles
of
in
on
at
by
with
without
within
from
to
for
into
onto
upon
over
under
above
below
beneath
beside
besides
between
among
amongst
amidst
amid
through
throughout
during
about
around
across
along
alongside
against
towards
toward
behind
beyond
near
next
off
out
up
down
via
per
than
like
as
except
until
till
since
after
before
# conjunctions, adverbs of grammar
and
or
but
so
yet
if
then
else
while
when
whenever
where
wherever
whether
because
although
though
unless
too
also
just
very
quite
rather
there
here
how
why
# pronouns
i
me
my
mine
myself
we
us
our
ours
ourselves
you
your
yours
yourself
he
him
his
himself
she
her
hers
herself
it
its
it's
itself
they
them
their
theirs
themselves
who
whom
whose
which
what
one's
someone
something
# auxiliaries
am
is
are
was
were
be
been
being
has
have
had
having
do
does
did
doing
will
would
shall
should
can
cannot
could
may
might
must
isn't
aren't
wasn't
weren't
don't
doesn't
didn't
won't
can't
i'm
you're
he's
she's
we're
they're
that's
there's

[boilerplate]
masterpiece
masterpieces
best quality
high quality
highest quality
higher quality
top quality
great quality
good quality
amazing quality
perfect quality
ultra quality
ultra high quality
super high quality
very high quality
extremely high quality
normal quality
average quality
medium quality
low quality
lowest quality
bad quality
worst quality
very aesthetic
very awa
absurdres
incredibly absurdres
highres
hires
high res
hi res
ultra high res
ultra highres
ultra hi res
lowres
low res
high resolution
hi resolution
ultra high resolution
super resolution
super high resolution
very high resolution
extremely high resolution
low resolution
high definition
ultra high definition
hd
full hd
fhd
uhd
ultra hd
qhd
hq
hqhd
ultrahd
2k
4k
6k
8k
10k
12k
16k
32k
64k
2 k
4 k
6 k
8 k
10 k
12 k
16 k
32 k
64 k
2k resolution
4k resolution
8k resolution
16k resolution
32k resolution
4 k resolution
8 k resolution
16 k resolution
4k uhd
8k uhd
4k hd
8k hd
4 k uhd
8 k uhd
4 k hd
8 k hd
4k wallpaper
8k wallpaper
8k unity wallpaper
extremely detailed cg unity 8k wallpaper
extremely detailed cg unity wallpaper
highly detailed
high detailed
higly detailed
extremely detailed
extremely highly detailed
very detailed
very highly detailed
super detailed
ultra detailed
hyper detailed
insanely detailed
incredibly detailed
amazingly detailed
finely detailed
extremely fine detail
hyperdetailed
ultradetailed
superdetailed
ultra highly detailed
high detail
high details
highest detail
ultra high detail
very high detail
hyper detail
ultra detail
extreme detail
extreme details
insane detail
insane details
trending on artstation
trending on art station
artstation trending
trending artstation
trending on artstation hq
artstation hq
featured on artstation
trending on cgsociety
trending on pixiv
featured on pixiv
trending on deviantart
trending on instagram
trending on behance
trending on pinterest
trending on twitter
trending on reddit
trending on flickr
score 9
score 8
score 7
score 6
score 5
score 4
score 9 up
score 8 up
score 7 up
score 6 up
score 5 up
score 4 up
)";

}  // namespace penchant
