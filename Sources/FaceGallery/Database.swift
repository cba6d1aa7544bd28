import Foundation
import LibSQLite

/// A connection to an SQLite file, for one thread at a time.
final class Database {
    private let handle: OpaquePointer
    private let path: String

    /// How long a statement waits for other processes, in milliseconds.
    private static let patience: Int32 = 30_000

    /// Opens a file.
    ///
    /// - Parameter creates: Whether to create the file if it is missing.
    init(_ url: URL, creates: Bool = false) throws(FaceGalleryError) {
        path = url.path
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX | (creates ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(url.path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw .unusable(path: url.path, reason: reason)
        }
        handle = opened
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Self.patience)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements and ignores their rows.
    func execute(_ sql: String) throws(FaceGalleryError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    func prepare(_ sql: String) throws(FaceGalleryError) -> Statement {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw error(code) }
        return Statement(prepared, self)
    }

    /// The first column of the first row as an integer; nil if there is no row.
    func number(_ sql: String) throws(FaceGalleryError) -> Int? {
        let statement = try prepare(sql)
        return try statement.next() ? statement.integer(0) : nil
    }

    /// Runs a closure in a transaction, which is rolled back if it throws.
    func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // If the disk is full, SQLite has rolled it back already.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// The error for a result code.
    func error(_ code: Int32) -> FaceGalleryError {
        let reason = String(cString: sqlite3_errmsg(handle))
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(path: path)
        case SQLITE_FULL: return .noSpace(path: path)
        case SQLITE_CORRUPT: return .damaged(path: path, reason: reason)
        case SQLITE_NOTADB: return .notAGallery(path: path, reason: "it is not an SQLite file")
        // The system's error number tells whether the disk is full.
        case SQLITE_IOERR where [ENOSPC, EDQUOT].contains(sqlite3_system_errno(handle)):
            return .noSpace(path: path)
        default: return .unusable(path: path, reason: reason)
        }
    }
}

final class Statement {
    private let handle: OpaquePointer
    private let database: Database

    init(_ handle: OpaquePointer, _ database: Database) {
        (self.handle, self.database) = (handle, database)
    }

    deinit { sqlite3_finalize(handle) }

    /// The value of a parameter.
    enum Value {
        case blob([UInt8])
        case integer(Int)
        case null
        case real(Double)
        case text(String)
    }

    /// Resets the statement and binds its parameters, from the first on.
    func bind(_ values: [Value]) throws(FaceGalleryError) {
        sqlite3_reset(handle)
        for (index, value) in zip(Int32(1)..., values) {
            let code =
                switch value {
                case .blob(let bytes):
                    facet_sqlite3_bind_blob(handle, index, bytes, Int32(bytes.count))
                case .integer(let number): sqlite3_bind_int64(handle, index, Int64(number))
                case .null: sqlite3_bind_null(handle, index)
                case .real(let number): sqlite3_bind_double(handle, index, number)
                case .text(let text):
                    facet_sqlite3_bind_text(handle, index, text, Int32(text.utf8.count))
                }
            guard code == SQLITE_OK else { throw database.error(code) }
        }
    }

    /// Advances to the next row; false if there is none.
    func next() throws(FaceGalleryError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw database.error(code)
        }
    }

    /// Executes the statement and ignores its rows.
    func run(_ values: Value...) throws(FaceGalleryError) {
        try bind(values)
        while try next() {}
    }

    /// A column as an integer.
    func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

    /// A column as a floating-point number.
    func real(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }

    /// A column as text; nil for NULL.
    func text(_ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let bytes = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: bytes, count: bytes == nil ? 0 : Int(sqlite3_column_bytes(handle, column)))
    }
}
