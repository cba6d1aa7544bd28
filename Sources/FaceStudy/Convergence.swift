/// When a run was as good as it got.
package struct Convergence {
    /// First epoch with the highest accuracy, from 1: what the paper counts. On a flat curve it is
    /// the place of a noise maximum.
    package let bestEpoch: Int
    /// That highest accuracy.
    package let bestAccuracy: Double
    /// First epoch that is at least 95 % of the way from the first epoch's accuracy to the highest.
    package let epochWithin95Percent: Int

    /// Reads a curve of accuracies, an epoch each.
    package init(_ accuracies: [Double]) {
        let best = accuracies.max() ?? 0
        let first = accuracies.first ?? 0
        let band = first + 0.95 * (best - first)
        bestAccuracy = best
        bestEpoch = (accuracies.firstIndex(of: best) ?? -1) + 1
        epochWithin95Percent = (accuracies.firstIndex { $0 >= band } ?? -1) + 1
    }
}
