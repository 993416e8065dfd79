/* decoder_ground.h - what the tests of the decoder stand on: a folder, files in it, one job. */
#ifndef XH_MEDIA_DECODER_GROUND_H
#define XH_MEDIA_DECODER_GROUND_H

#include "media/decoder.h"

struct ground {
    struct arena arena;
    struct fault fault;
    char dir[64];
    char in[80], display[80], thumb[80];
    struct decode_job job;
    struct photo_facts facts; /* of the last run */
};

int ground_set_up(void **state);
int ground_tear_down(void **state);
void ground_write(struct ground *g, struct str content);
struct str ground_read(struct ground *g, const char *path);
struct decoder *ground_decoder(struct ground *g, const struct decoder_config *c);
/* Decodes g->in, or `original` when given. After a refusal no copy may be left. Answers the code,
 * "ok" if none. */
const char *ground_run(struct ground *g, struct decoder *d, const char *original);
/* A sound picture of two pixels, red and green. */
struct str ground_tiny_png(struct ground *g);
/* The same, but its header promises 60000 x 60000. */
struct str ground_bomb_png(struct ground *g);

#endif
