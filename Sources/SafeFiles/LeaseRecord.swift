import Foundation

/// The contents of a lease's file.
struct LeaseRecord: Codable, Hashable {
    /// A counter with a constant number of digits, so that it can be overwritten in place.
    var beat: String
    /// The holder of the lease.
    var holder: ProcessIdentity
    /// A random identifier of this lease.
    var token: String

    init(holder: ProcessIdentity, token: String) {
        self.holder = holder
        self.token = token
        beat = Self.text(ofBeat: 0)
    }

    static func text(ofBeat count: Int) -> String {
        String(("0000000000" + String(count)).suffix(10))
    }

    /// One line of JSON with the same length for every counter.
    var data: Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return ((try? encoder.encode(self)) ?? Data()) + Data("\n".utf8)
    }

    /// Offset of the counter in ``data``, whose keys are sorted.
    static let offsetOfBeat = #"{"beat":""#.utf8.count

    /// Reads a record; nil if the bytes are not a record.
    init?(_ data: Data) {
        guard let record = try? JSONDecoder().decode(Self.self, from: data) else { return nil }
        self = record
    }
}
