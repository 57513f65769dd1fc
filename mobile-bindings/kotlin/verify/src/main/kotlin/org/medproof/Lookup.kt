package org.medproof

import java.io.IOException

/** What the node learnt: a bucket hides the pack and shows the product, the others show the pack. */
enum class Lookup { BUCKET, EXACT, BUNDLE, CARRIED }

/**
 * Which lookups are allowed: a bucket and else exact, only a bucket, exact at once, or a bundle: exact, with names
 * and timeline, for somebody who wants to read or keep them.
 */
enum class LookupPolicy { BUCKET, BUCKET_ONLY, EXACT, BUNDLE }

/** A question that gave nothing usable: a stable code, or what went wrong on the way. */
data class Failure(val node: String, val reason: String)

/** A verdict with the bytes that it came from. */
internal class Found(val judged: Judged, val node: String, val proof: ByteArray, val lookup: Lookup) {
    val rank = judged.verdict.rank()
}

/** A verdict, and what a bundle shows beside it. */
internal class Judged(val verdict: Verdict, val opened: Opened?)

/** Asks nodes about one scan, each in its turn, until one shows a fresh record that a quorum signed. */
internal class Search(
    private val client: Client,
    private val scan: String,
    private val reading: Reading,
    private val purpose: Purpose,
    private val now: () -> ULong,
    private val failures: MutableList<Failure>,
) {
    fun run(nodes: List<Node>, policy: LookupPolicy): Found? {
        var best: Found? = null
        for (node in nodes) {
            val found = try {
                one(node, policy)
            } catch (broken: IOException) {
                null.also { note(node, broken.reason()) }
            }
            if (found != null && found.rank > (best?.rank ?: -1)) best = found
            if (best?.rank == BEST) break
        }
        return best
    }

    private fun one(node: Node, policy: LookupPolicy): Found? {
        if (policy == LookupPolicy.BUCKET_ONLY) return bucket(node)
        if (policy == LookupPolicy.BUNDLE) return judged(node, node.bundle(scan, client.height()), Lookup.BUNDLE)
        val hidden = if (policy == LookupPolicy.EXACT) null else bucketIfGiven(node)
        if (hidden != null && hidden.rank > 0) return hidden
        val exact = judged(node, node.proof(scan, client.height()), Lookup.EXACT)
        return if (hidden == null || exact.rank > 0) exact else hidden
    }

    private fun bucketIfGiven(node: Node): Found? = try {
        bucket(node)
    } catch (refused: Refused) {
        null.also { note(node, refused.reason()) }
    }

    /** The bucket of the scanned pack; a node may ask for a longer prefix while that still hides the pack. */
    private fun bucket(node: Node): Found? {
        var bits = FEWEST_BITS
        repeat(MOST_STEPS) {
            val prefix = client.bucketPrefix(scan, bits.toUByte()) ?: return null
            try {
                val bucket = node.bucket(bits, prefix, reading.products.first(), client.height())
                return judged(node, bucket, Lookup.BUCKET)
            } catch (refused: Refused) {
                val wanted = refused.bits ?: (bits + STEP_BITS)
                if (refused.code != "proof.bucket-size" || wanted !in bits + 1..MOST_BITS) throw refused
                bits = wanted
            }
        }
        return null
    }

    private fun judged(node: Node, proof: ByteArray, lookup: Lookup): Found {
        val judged = client.judge(scan, proof, now(), Policy(purpose, Mode.ONLINE))
        val found = Found(judged, node.address, proof, lookup)
        if (found.rank < BEST) note(node, judged.verdict.reasons.firstOrNull() ?: judged.verdict.axes.trust)
        return found
    }

    private fun note(node: Node, reason: String) {
        failures += Failure(node.address, reason)
    }

    private companion object {
        /** All packs of a product. */
        const val FEWEST_BITS = 32

        /** With more, a bucket would hide nothing. */
        const val MOST_BITS = 56

        /** How many bits more, where a node does not say. */
        const val STEP_BITS = 4

        /** How often a node is asked for a longer prefix. */
        const val MOST_STEPS = 7
    }
}

/** The verdict from a proof, a bucket or a bundle, whichever the bytes say that they are. */
internal fun Client.judge(scan: String, proof: ByteArray, now: ULong, policy: Policy): Judged =
    when (proof.getOrNull(TYPE_AT)) {
        TYPE_BUNDLE -> verifyBundle(scan, proof, now, policy).let { Judged(it.verdict, it) }
        TYPE_BUCKET -> Judged(verifyBucket(scan, proof, now, policy), null)
        else -> Judged(verify(scan, proof, now, policy), null)
    }

/** Current before old, and what a quorum signed before what was refused; no node changes what a fork says. */
internal fun Verdict.rank(): Int {
    val isTrusted = axes.trust == "quorum" || axes.trust == "needs-newer-client"
    val isFresh = axes.freshness == "fresh"
    return when {
        axes.trust == "fork" || (isTrusted && isFresh && "trust.older-header" !in reasons) -> BEST
        !isTrusted -> 0
        else -> if (isFresh) 2 else 1
    }
}

/** A code that the node gave, else what went wrong on the way. */
internal fun IOException.reason(): String =
    (this as? Refused)?.code ?: "network: ${message ?: javaClass.simpleName}"

/** The rank of an answer beyond which no node need be asked. */
internal const val BEST = 3

private const val TYPE_AT = 4
private const val TYPE_BUCKET: Byte = 7
private const val TYPE_BUNDLE: Byte = 12
