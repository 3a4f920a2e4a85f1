/* SPDX-License-Identifier: MIT */
/*
 * A reader of .eh_frame (Linux Standard Base 5, "Exception Frames"; DWARF 5,
 * section 6.4) for the forms that compilers and linkers make on x86-64 and aarch64.
 */
#include "stack/eh_frame.h"

#include <string.h>

#include "libc/objects.h"
#include "shim/names.h"
#include "stack/processor.h"

/* Pointer encodings (LSB 5, "DWARF Exception Header Encoding"). */
enum { PE_UDATA4 = 0x03, PE_PCREL_SDATA4 = 0x1b, PE_DATAREL_SDATA4 = 0x3b };

uint32_t read_u32(struct bytes *bytes)
{
	uint32_t value = 0;

	if (bytes_left(bytes) < sizeof(value)) {
		bytes_fail(bytes);
		return 0;
	}
	memcpy(&value, bytes->at, sizeof(value));
	bytes->at += sizeof(value);
	return value;
}

uint16_t read_u16(struct bytes *bytes)
{
	uint16_t low = read_u8(bytes);

	return (uint16_t)(low | read_u8(bytes) << 8);
}

uint64_t read_uleb(struct bytes *bytes)
{
	uint64_t value = 0;
	uint8_t byte;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		byte = read_u8(bytes);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	bytes_fail(bytes);
	return value;
}

int64_t read_sleb(struct bytes *bytes)
{
	uint64_t value = 0;
	unsigned int shift = 0;
	uint8_t byte;

	do {
		byte = read_u8(bytes);
		value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 64);
	if (byte & 0x80)
		bytes_fail(bytes);
	if (byte & 0x40 && shift < 64)
		value |= ~UINT64_C(0) << shift;
	return (int64_t)value;
}

void read_past_block(struct bytes *bytes)
{
	uint64_t length = read_uleb(bytes);

	if (length <= bytes_left(bytes))
		bytes->at += length;
	else
		bytes_fail(bytes);
}

/*
 * What an object's information may lie in: the object, as far as libc tells it. Of
 * one with gaps between its segments it tells the one with the code; then all may.
 */
struct bounds {
	uintptr_t start, end;
};

static struct bounds bounds_of(const struct dl_find_object *object)
{
	struct bounds bounds = { (uintptr_t)object->dlfo_map_start,
				 (uintptr_t)object->dlfo_map_end };
	uintptr_t header = (uintptr_t)object->dlfo_eh_frame;

	if (header < bounds.start || header >= bounds.end)
		return (struct bounds){ 0, UINTPTR_MAX };
	return bounds;
}

/* Bytes from an address on that may be read. */
static uintptr_t bounds_left(const struct bounds *bounds, uintptr_t at)
{
	return at >= bounds->start && at < bounds->end ? bounds->end - at : 0;
}

/* Entry of the search table in .eh_frame_hdr; both relative to its start. */
struct table_entry {
	int32_t function;
	int32_t description;
};

#define HEADER_SIZE 12 /* before the table */

static bool header_is_known(const uint8_t *header)
{
	return header[0] == 1 && header[1] == PE_PCREL_SDATA4 && header[2] == PE_UDATA4 &&
	       header[3] == PE_DATAREL_SDATA4;
}

/* The frame description entry of a function, by the binary search table of .eh_frame_hdr; or 0. */
static uintptr_t record_find(uint64_t pc, const uint8_t *header, const struct bounds *bounds)
{
	uint32_t count, low = 0, high;
	const struct table_entry *table = (const void *)(header + HEADER_SIZE);
	int64_t target = (int64_t)(pc - (uintptr_t)header);
	uintptr_t left = bounds_left(bounds, (uintptr_t)header);

	if (left < HEADER_SIZE || !header_is_known(header))
		return 0;
	memcpy(&count, header + 8, sizeof(count));
	if (count > (left - HEADER_SIZE) / sizeof(*table))
		return 0;
	high = count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (table[middle].function <= target)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? (uintptr_t)header + (uintptr_t)(intptr_t)table[low - 1].description : 0;
}

/* Body of a record of .eh_frame, behind its length. */
static bool record_open(uintptr_t record, const struct bounds *bounds, struct bytes *ret_bytes)
{
	uintptr_t left = bounds_left(bounds, record);
	const uint8_t *body = (const uint8_t *)record + 4;
	uint32_t length;

	if (left < sizeof(length))
		return false;
	memcpy(&length, (const void *)record, sizeof(length));
	if (length == 0 || length == UINT32_MAX || length > left - 4)
		return false; /* UINT32_MAX: 64-bit format */
	*ret_bytes = (struct bytes){ .at = body, .end = body + length };
	return true;
}

/* aarch64: return addresses are signed with key B, memory is tagged. No data goes with them. */
static bool is_flag(char letter)
{
	return SIGNS_RETURNS && (letter == 'B' || letter == 'G');
}

/* The augmentation: only what is understood to the last letter, and no signal frame ("S"). */
static bool augmentation_read(const char *letters, struct bytes *data)
{
	bool is_relative = false; /* else functions' starts are whole addresses */

	for (; *letters; letters++) {
		uint8_t encoding;

		if (is_flag(*letters))
			continue;
		encoding = read_u8(data);
		if (*letters == 'R' && encoding == PE_PCREL_SDATA4) {
			is_relative = true;
			continue;
		}
		if (*letters == 'L')
			continue; /* how each description names its exception table */
		if (*letters != 'P' || ((encoding & 0x0f) != 0x0b && (encoding & 0x0f) != 0x03))
			return false;
		(void)read_u32(data); /* the personality routine, in 4 bytes */
	}
	return is_relative && !data->is_bad;
}

static bool common_read(uintptr_t record, const struct bounds *bounds,
			struct frame_common *ret_common)
{
	struct bytes bytes, data;
	const char *letters;
	uint8_t version;
	uint64_t size;

	if (!record_open(record, bounds, &bytes) || read_u32(&bytes) != 0)
		return false;
	version = read_u8(&bytes);
	if (version != 1 && version != 3)
		return false;
	letters = (const char *)bytes.at;
	while (read_u8(&bytes) != 0) /* strlen() would be libc's, on a page of its own */
		;
	ret_common->code_align = read_uleb(&bytes);
	ret_common->data_align = read_sleb(&bytes);
	if ((version == 1 ? read_u8(&bytes) : read_uleb(&bytes)) != DWARF_RA || *letters != 'z')
		return false;
	size = read_uleb(&bytes);
	if (bytes.is_bad || size > bytes_left(&bytes))
		return false;
	data = (struct bytes){ .at = bytes.at, .end = bytes.at + size };
	ret_common->program = (struct bytes){ .at = data.end, .end = bytes.end };
	return augmentation_read(letters + 1, &data);
}

/* Open the record of a function, and the one that it shares with others. */
static bool description_read(uintptr_t record, const struct bounds *bounds, uint64_t pc,
			     struct frame_description *ret_description)
{
	struct bytes *bytes = &ret_description->program;
	const uint8_t *at;
	uint32_t size, back;

	if (!record_open(record, bounds, bytes))
		return false;
	at = bytes->at;
	back = read_u32(bytes);
	if (back == 0 || !common_read((uintptr_t)at - back, bounds, &ret_description->common))
		return false;
	at = bytes->at;
	ret_description->start = (uintptr_t)at + (uint64_t)(int64_t)(int32_t)read_u32(bytes);
	size = read_u32(bytes);
	read_past_block(bytes); /* the augmentation data */
	return !bytes->is_bad && pc - ret_description->start < size;
}

bool frame_description_find(uint64_t pc, struct frame_description *ret_description)
{
	struct dl_find_object object;
	struct bounds bounds;
	uintptr_t record;

	if (objects_find((void *)pc, &object) != 0 || !object.dlfo_eh_frame)
		return false;
	bounds = bounds_of(&object);
	record = record_find(pc, object.dlfo_eh_frame, &bounds);
	return record && description_read(record, &bounds, pc, ret_description);
}

bool frame_is_described(uint64_t pc)
{
	struct dl_find_object object;
	struct bounds bounds;
	uintptr_t record;
	struct bytes bytes;
	uint64_t start;

	if (objects_find((void *)pc, &object) != 0 || !object.dlfo_eh_frame)
		return false;
	if (!header_is_known(object.dlfo_eh_frame))
		return true; /* the unwinders know other forms, too */
	bounds = bounds_of(&object);
	record = record_find(pc, object.dlfo_eh_frame, &bounds);
	if (!record || !record_open(record, &bounds, &bytes))
		return false;
	(void)read_u32(&bytes); /* the common entry */
	start = (uintptr_t)bytes.at;
	start += (uint64_t)(int64_t)(int32_t)read_u32(&bytes);
	return pc - start < read_u32(&bytes);
}
