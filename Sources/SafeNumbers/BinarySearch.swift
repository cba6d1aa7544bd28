extension RandomAccessCollection {
    /// The index of the first element that satisfies a predicate, by binary search; `endIndex` if none does.
    ///
    /// In a range of whole numbers the index is the number itself, so `(0..<n).partitioningIndex { f($0) }` is
    /// the first number for which a monotone `f` holds, and `n` if it holds for none of them.
    ///
    /// - Parameter belongsToSecondPart: A predicate. The elements that satisfy it must come after all that do
    ///   not, as in a sorted collection; otherwise the result is an index, but of no particular element. It is
    ///   called about log2(`count`) times.
    /// - Throws: What the predicate throws.
    @inlinable
    public func partitioningIndex<Failure: Error>(
        where belongsToSecondPart: (Element) throws(Failure) -> Bool
    ) throws(Failure) -> Index {
        // All elements before `low` are in the first part, and that after the next `count` in the second.
        var (low, count) = (startIndex, count)
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if try belongsToSecondPart(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
