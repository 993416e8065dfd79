/*
 * kind.h - kinds of problems (问题类别) with ordered stages and counted outputs of their own, as versioned data.
 *
 * While a case is accepted the unit walks the stages of its kind: each is begun and done in order, one at a time; an
 * optional one may be passed over. A stage that lies with law enforcement (stops_clock) is begun and ended by the
 * office, and the case's clock stands meanwhile. A case is reported mended only when the compulsory stages are done.
 * Outputs (成果) are counted per stage, exact or "more than" (余、多), people apart from person-times (人、人次).
 * A case follows the version that was in force when it was reported. Shipped: general, illegal_structure (persuasion
 * first) and street_vendor, which is guidance and switched off.
 */
#ifndef XH_PROBLEM_KIND_H
#define XH_PROBLEM_KIND_H

#include "base/json_in.h"
#include "problem/problem.h"

enum { KIND_STAGES_MAX = 20, KIND_OUTPUTS_MAX = 20, KIND_CODE_MAX = 40 };

/* How an output is counted: things, people (人), person-times (人次), or a measured amount (two places). */
enum kind_measure { KIND_COUNT, KIND_PEOPLE, KIND_PERSON_TIMES, KIND_AMOUNT };
extern const char *const kind_measure_names[];

struct kind_stage {
    struct str code, name_zh, name_en;
    bool has_limit;
    enum limit_kind limit_kind;
    int64_t limit_amount;
    bool compulsory, proof, stops_clock;
};
struct kind_output {
    struct str code, stage;  /* absent stage: counted at any */
    struct str name_zh, name_en, unit_zh, unit_en;
    enum kind_measure measure;
};
struct kind {
    struct str code;
    int64_t version_no;      /* 0: shipped */
    struct str name_zh, name_en, guidance_zh, guidance_en;
    bool enabled;
    int64_t order_no;
    int64_t from_ms;
    const struct kind_stage *stages;
    size_t nstages;
    const struct kind_output *outputs;
    size_t noutputs;
};

/* The kinds this program ships. */
const struct kind *kind_shipped(size_t *n);
const struct kind *kind_shipped_by_code(struct str code);
/* Field errors by pointer into the JSON of a kind. Pure. */
enum rc kind_check(struct fault *f, struct arena *a, const struct calendar *cal, const struct kind *k) MUST_CHECK;

/* How far a case has walked: one entry per stage of the kind, in its order. */
enum kind_stand { KIND_WAITING, KIND_OPEN, KIND_DONE };
struct kind_walk {
    const struct kind *kind;
    enum kind_stand stands[KIND_STAGES_MAX];
    struct opt_i64 due_ms[KIND_STAGES_MAX];
};
enum kind_step { KIND_BEGIN, KIND_FINISH };
struct kind_act {
    enum kind_step step;
    struct str stage;
    size_t nphotos;
};
/* Which stage the act is about (its index), whether it ends late, when a begun one is due. RC_INVALID field "/stage"
 * "stage_unknown"; RC_CONFLICT "stage_open_already", "stage_done", "stage_before", "stage_not_open"; "/photos". */
struct kind_move {
    size_t stage;
    struct opt_i64 due_ms;
    bool late;
};
enum rc kind_decide(struct fault *f, const struct calendar *cal, const struct kind_walk *walk, const struct kind_act *act,
                    int64_t at_ms, struct kind_move *out) MUST_CHECK;
/* May the case be reported mended? RC_CONFLICT "stage_open", "stages_left" (named). */
enum rc kind_check_walked(struct fault *f, const struct kind_walk *walk) MUST_CHECK;

/* One counted figure: hundredths of a unit. */
struct kind_figure {
    struct str output;
    int64_t amount_e2;
    bool more_than;
};
/* Fields "<at>/code" "output_unknown", "output_elsewhere"; "<at>/amount" "whole_number", "out_of_range". */
enum rc kind_check_figure(struct fault *f, struct arena *a, const struct kind *k, struct str stage,
                          const struct kind_figure *figure, struct str at) MUST_CHECK;

#endif
