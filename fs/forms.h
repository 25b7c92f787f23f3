/* SPDX-License-Identifier: MIT */
/*
 * Forms: M.FORM is the whole map in that form, .FORM the whole directory. A form is a row of a table in
 * forms.c and a file in form/ that holds what the row points to.
 */
#ifndef FORMS_H
#define FORMS_H

#include <stdbool.h>

#include "fs/file.h"
#include "fs/node.h"

struct form {
	const char *name;             /* without the dot; of a directory's form, as it is spelled */
	const struct node_kind *kind; /* form_file_kind, or a directory's own */
	const struct file_ops *ops;   /* of a file */
	unsigned may;                 /* ATTR_READ, ATTR_WRITE */
	bool both_rights;             /* R19: needs r and w on the pin */
	bool for_writers;             /* whoever may write the map may read it, nobody else */
	bool creates;                 /* written where no M exists, makes M */
	bool of_pins;                 /* not below .id */
	bool takes_type;              /* NAME@TYPE is a form as well */
	bool at_root;                 /* a directory's form: at the root alone */
	bool root_only;               /* for root alone, whatever the directory's mode */
	size_t (*size)(const struct live *live); /* st_size, where no text is rendered; NULL: the text's, or 0 of a stream */
	/* 0, or EOPNOTSUPP with a reason; NULL: every map has it. */
	int (*applies)(const struct live *live);
	int (*reads)(const struct live *live); /* the same of reading it, where that is another question */
	/* rm M.FORM; NULL: EPERM. */
	int (*unlink)(struct node *place, const struct caller *who);
};

extern const struct form map_forms[];       /* ends with a row without a name */
extern const struct form directory_forms[]; /* so does this */

const struct form *form_of_map(const char *name);
const struct form *form_of_directory(struct node *dir, const char *name);

/* Is the form listed beside its map (-o views=)? */
bool form_is_view(const struct form *form);
/* Does the map have it, for reading? */
bool form_can_be_read(const struct form *form, const struct live *live);

/* The node of a map's form (parent: the map's node) or of a directory's form. */
int form_node(struct node *parent, const struct form *form, struct node **ret_node);
/* Finds it, as it is spelled, and its stat. */
int form_lookup(struct node *parent, const struct form *form, const char *name, struct node **ret_node,
		struct stat *ret_st);
int form_create(struct node *place, const struct form *form, struct file *file, struct node **ret_node,
		struct stat *ret_st);

extern const struct node_kind form_file_kind;
extern const struct node_kind at_dir_kind;    /* M.at/ */
extern const struct node_kind raw_dir_kind;   /* M.raw/ */
extern const struct node_kind lpm_dir_kind;   /* M.lpm/ */
extern const struct node_kind forms_dir_kind; /* M.forms/ */
extern const struct node_kind id_dir_kind;    /* .id/ */
int form_path(struct node *node, struct text_buf *out);

extern const struct file_ops info_ops, count_ops, clear_ops, pin_ops, frozen_ops, map_errors_ops, spec_ops, h_ops,
	users_ops, drain_ops, dump_ops, tsv_ops, replace_ops, push_ops, peek_ops, pop_ops, events_ops, mem_ops,
	all_errors_ops, readme_ops, directory_tsv_ops, directory_prom_ops;
int pin_unlink(struct node *place, const struct caller *who);
int at_applies(const struct live *live);
int tsv_applies(const struct live *live);
int replace_applies(const struct live *live);
int clear_applies(const struct live *live);
int raw_applies(const struct live *live);
int drain_applies(const struct live *live);
int queue_applies(const struct live *live);
int push_applies(const struct live *live);
int events_applies(const struct live *live);
int lpm_applies(const struct live *live);
/* R19: the kernel keeps writers out of a read-only mount, but not reads that consume: 0 or -EROFS. */
int form_check_consumes(void);

#endif
