/**
 * The shapes of the API's answers that the page reads.
 *
 * @typedef {{ url: string, width: number, height: number }} Thumbnail
 *
 * @typedef {"uploading" | "scanning" | "processing" | "in_review" | "approved" | "quarantined"
 *   | "rejected" | "failed" | "expired" | "trashed"} Status
 *
 * @typedef {"image" | "video" | "audio" | "document" | "link" | "other"} Kind
 *
 * @typedef {object} Asset
 * @property {string} id
 * @property {string} title
 * @property {string | null} [description]
 * @property {string | null} [alt_text]
 * @property {string | null} [category]
 * @property {{ workflow_id: string, values: Record<string, unknown> }} [pending_edit] Waits for a
 *   review.
 * @property {string | null} [filename]
 * @property {string[]} [tags]
 * @property {Record<string, string | null>} [rights]
 * @property {Kind} kind
 * @property {string | null} content_type
 * @property {number | null} size_bytes
 * @property {string | null} [sha256]
 * @property {Status} status
 * @property {string | null} [status_reason]
 * @property {{ status: string, signature?: string | null, scanned_at?: string | null }} [scan]
 * @property {Record<string, unknown>} [technical]
 * @property {number | null} [current_version]
 * @property {number | null} [published_version]
 * @property {{ name: string, content_type: string, width: number, height: number,
 *   sha256?: string }[]} [renditions]
 * @property {string[] | null} [duplicate_of] Other assets whose bytes turned out to be the same.
 * @property {string[]} [pages] Signed addresses of the pages' pictures; lists go without them.
 * @property {Partial<Record<"small" | "medium" | "large", Thumbnail>>} [thumbnails]
 * @property {{ id: string, email: string } | null} [uploaded_by]
 * @property {string} created_at
 * @property {string} [updated_at]
 * @property {string} [purge_at] When it goes from the trash for good.
 *
 * @typedef {object} Comment
 * @property {string} id
 * @property {{ id: string, email: string }} author
 * @property {string} body Empty where `deleted`.
 * @property {string | null} parent_id The comment that it answers.
 * @property {boolean} resolved
 * @property {boolean} deleted
 * @property {string} created_at
 * @property {string | null} edited_at
 *
 * @typedef {"pending" | "running" | "completed" | "failed"} Progress
 *
 * @typedef {object} Task
 * @property {string} job_type
 * @property {Progress} status
 * @property {{ code: string, message: string } | null} [error]
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {string} asset_id
 * @property {Progress} status
 * @property {number} progress_percent
 * @property {Task[]} tasks
 * @property {string} [download_url] Of a zip that is made.
 * @property {string[]} [download_urls] Where it is more than one.
 * @property {Record<string, number>} [row_counts] Of an import, by what became of its rows.
 * @property {{ row: number, status: string,
 *   errors: { field: string, message: string }[] }[]} [rows]
 *
 * @typedef {object} Reservation
 * @property {{ id: string }} asset
 * @property {{ number: number }} version
 * @property {string[] | null} duplicate_of
 * @property {{ upload_id: string, method: "POST" | "MULTIPART", expires_at: string, url?: string,
 *   fields?: Record<string, string>, part_size_bytes?: number, part_count?: number } | null} upload
 *   null where nothing is to be sent.
 *
 * @typedef {{ id: string, email: string }} Person
 *
 * @typedef {object} Version
 * @property {number} number
 * @property {string} branch
 * @property {boolean} published
 * @property {string} change_description
 * @property {string} filename
 * @property {string} content_type
 * @property {number} size_bytes
 * @property {string | null} sha256
 * @property {Status} status
 * @property {string | null} status_reason
 * @property {Person} created_by
 * @property {string} created_at
 *
 * @typedef {object} Difference
 * @property {Record<string, { old: unknown, new: unknown }>} content
 * @property {{ field: string, old: unknown, new: unknown }[]} metadata
 * @property {{ difference_ratio: number, image_url: string } | null} visual
 *
 * @typedef {object} Assignment
 * @property {Person} user
 * @property {string | null} role
 * @property {"pending" | "approved" | "rejected" | "changes_requested" | "delegated"
 *   | "dropped_out" | "over"} status
 *
 * @typedef {object} Step
 * @property {string} id
 * @property {string} name
 * @property {"pending" | "active" | "escalated" | "approved" | "rejected" | "expired"} status
 * @property {string | null} due_at
 * @property {Assignment[]} assignments
 *
 * @typedef {object} HistoryEntry
 * @property {string} at
 * @property {Person} actor
 * @property {string} action
 * @property {string | null} step_id
 * @property {string} comment
 * @property {{ to: Person, comment: string } | null} delegation
 *
 * @typedef {object} Workflow
 * @property {string} id
 * @property {string} asset_id
 * @property {number} version
 * @property {string} title
 * @property {"in_progress" | "approved" | "auto_approved" | "rejected" | "changes_requested"
 *   | "expired" | "cancelled"} status
 * @property {string | null} status_reason
 * @property {string | null} current_step
 * @property {Step[]} steps
 * @property {Record<string, unknown> | null} proposed What an edit under review would say.
 * @property {HistoryEntry[]} history
 * @property {Person} uploaded_by
 *
 * @typedef {object} InboxEntry
 * @property {string} id
 * @property {string} kind
 * @property {string} title
 * @property {string} text
 * @property {string} comment
 * @property {string} link
 * @property {string} asset_id
 * @property {string | null} workflow_id
 * @property {string} at
 * @property {string | null} due_at
 * @property {boolean} is_open
 *
 * @typedef {object} ShareLink
 * @property {string} uuid
 * @property {string} url
 * @property {string} short_url
 * @property {"public" | "protected" | "private"} share_type
 * @property {string | null} asset_id
 * @property {string | null} collection_id
 * @property {number | null} version
 * @property {string | null} title
 * @property {boolean} allow_download
 * @property {boolean} allow_preview
 * @property {boolean} allow_comments
 * @property {string[]} emails
 * @property {string | null} expires_at
 * @property {number | null} max_downloads
 * @property {number} download_count
 * @property {number} view_count
 * @property {boolean} is_active
 * @property {Person} created_by
 * @property {string} created_at
 *
 * @typedef {object} ShareMade
 * @property {ShareLink} share_link
 * @property {string} qr_code A picture, as a `data:` URL.
 * @property {Record<string, string>} social_links
 * @property {string} embed_code
 * @property {string} short_url
 *
 * @typedef {object} Report
 * @property {{ views: number, downloads: number, unique_visitors: number, shares: number,
 *   bytes: number }} totals
 * @property {{ date: string, views: number, downloads: number }[]} by_day
 * @property {Record<string, number>} by_country
 * @property {Record<string, number>} by_device
 * @property {Record<string, number>} by_referrer
 * @property {Record<string, number>} by_source
 * @property {number} bots
 * @property {string | null} last_accessed_at
 *
 * @typedef {object} Collection
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {string[]} asset_ids
 * @property {Person} created_by
 * @property {string} created_at
 *
 * @typedef {object} SavedSearch
 * @property {string} id
 * @property {string} name
 * @property {Record<string, string | number | boolean | string[]>} query
 * @property {boolean} shared
 * @property {boolean} notify
 * @property {Person} created_by
 * @property {string} created_at
 *
 * @typedef {object} Tenant
 * @property {string} name
 * @property {{ MAX_FILE_SIZE?: number, ALLOWED_MIME_TYPES?: string[], ALLOW_NEVER_EXPIRE?: boolean,
 *   MAX_DOWNLOAD_LIMIT?: number, TRASH_RETENTION_DAYS?: number,
 *   DEFAULT_TIMEOUT_HOURS?: number, SHARE_ROLES?: string[], SHARE_PASSWORD_REQUIRED?: boolean,
 *   SHARE_MAX_EXPIRY_HOURS?: number }} [settings]
 * @property {{ storage_bytes: number, storage_quota_bytes: number, assets: number }} [usage]
 *
 * @typedef {{ id: string, email: string, roles: string[] }} Me
 *
 * @typedef {object} Config
 * @property {string} api_url
 * @property {string} authorize_url
 * @property {string} token_url
 * @property {string | null} [logout_url]
 * @property {string} client_id
 * @property {string} scopes
 */

export {};
