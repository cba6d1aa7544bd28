/// A dictionary of limited size, from which a new entry evicts the least recently used one.
///
/// An evicted value is released: a file that is open only while its object exists is closed then, or as soon as
/// the thread that still uses it has released it as well. The entry to evict is searched for among all, so the
/// cache is meant for some hundreds of values that are expensive to make. It has no lock of its own.
struct LRUCache<Key: Hashable, Value> {
    /// The largest number of entries, at least 1.
    let capacity: Int
    private var entries: [Key: (value: Value, lastUse: Int)] = [:]
    /// Number of uses so far.
    private var uses = 0

    /// Creates an empty cache.
    ///
    /// - Parameter capacity: The largest number of entries; 1 if it is less.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// Number of entries.
    var count: Int { entries.count }

    /// The value of a key, which becomes the most recently used one; nil if there is none.
    mutating func value(forKey key: Key) -> Value? {
        guard let value = entries[key]?.value else { return nil }
        uses += 1
        entries[key]?.lastUse = uses
        return value
    }

    /// Adds a value, or replaces that of the key, and makes it the most recently used one. Only a key that is
    /// new evicts another.
    mutating func updateValue(_ value: Value, forKey key: Key) {
        if entries[key] == nil, entries.count >= capacity {
            let oldest = entries.min { $0.value.lastUse < $1.value.lastUse }
            if let oldest { entries[oldest.key] = nil }
        }
        uses += 1
        entries[key] = (value, uses)
    }
}
