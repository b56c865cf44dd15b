/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of events in JSON. Each writes its key and value, or nothing if it is absent in
 * the event; all but the first that an event always has begin with a comma.
 */
#ifndef TETRA_LIB_JSON_FIELDS_H
#define TETRA_LIB_JSON_FIELDS_H

struct tetra_event;
struct writer;

void json_process(struct writer *writer, const struct tetra_event *event);
void json_parent(struct writer *writer, const struct tetra_event *event);
void json_signal(struct writer *writer, const struct tetra_event *event);
void json_status(struct writer *writer, const struct tetra_event *event);
void json_time(struct writer *writer, const struct tetra_event *event);
void json_function(struct writer *writer, const struct tetra_event *event);
void json_subsys(struct writer *writer, const struct tetra_event *event);
void json_event(struct writer *writer, const struct tetra_event *event);
void json_file(struct writer *writer, const struct tetra_event *event);
void json_provider(struct writer *writer, const struct tetra_event *event);
void json_name(struct writer *writer, const struct tetra_event *event);
void json_symbol(struct writer *writer, const struct tetra_event *event);
void json_offset(struct writer *writer, const struct tetra_event *event);
void json_counter(struct writer *writer, const struct tetra_event *event);
void json_data(struct writer *writer, const struct tetra_event *event);
void json_args(struct writer *writer, const struct tetra_event *event);
/* With the result as the last argument. */
void json_args_return(struct writer *writer, const struct tetra_event *event);
void json_return(struct writer *writer, const struct tetra_event *event);
void json_action(struct writer *writer, const struct tetra_event *event);
void json_return_action(struct writer *writer, const struct tetra_event *event);
void json_policy(struct writer *writer, const struct tetra_event *event);
void json_message(struct writer *writer, const struct tetra_event *event);
void json_tags(struct writer *writer, const struct tetra_event *event);
void json_lost(struct writer *writer, const struct tetra_event *event);

#endif
