package org.medproof

import java.io.File
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** Many calls: from several threads on one object, and without growing. */
class LoadTest {
    /** Cases about one chain, which one client can answer. */
    private val cases = Vectors.cases("verify.json").filter { it.text("name").startsWith("table/") }
    private val verify = { client: Client, case: com.google.gson.JsonObject ->
        client.verify(case.text("scan"), case.bytes("proof"), case.nowMs(), case.policy())
    }

    @Test
    fun eightThreadsGetTheAnswersOfOne() {
        Client(cases.first().bytes("anchor")).use { client ->
            val alone = cases.map { verify(client, it) }
            val work = Callable { List(ROUNDS) { cases.map { verify(client, it) } } }
            val threads = Executors.newFixedThreadPool(THREADS)
            val answers = threads.invokeAll(List(THREADS) { work }).flatMap { it.get() }
            threads.shutdown()
            assertEquals(THREADS * ROUNDS, answers.count { it == alone })
        }
        Vectors.report("answers from $THREADS threads", THREADS * ROUNDS * cases.size)
    }

    /** The heap is all touched at the start (see the pom), so what grows is outside it. */
    @Test
    fun memoryStaysFlat() {
        val case = cases.first()
        val (proof, scan, policy) = Triple(case.bytes("proof"), case.text("scan"), case.policy())
        Client(case.bytes("anchor")).use { client ->
            val call = { client.verify(scan, proof, case.nowMs(), policy) }
            repeat(CALLS / 2) { call() }
            val before = residentBytes()
            repeat(CALLS) { call() }
            val grown = residentBytes() - before
            println("  $CALLS calls: the process grew by ${grown / 1_024} KiB")
            assertTrue(grown < MOST_GROWN_BYTES, "the process grew by $grown bytes")
        }
        Vectors.report("calls with flat memory", CALLS)
    }

    private companion object {
        const val THREADS = 8
        const val ROUNDS = 10
        const val CALLS = 100_000
        const val MOST_GROWN_BYTES = 8L * 1_024 * 1_024
    }
}

/** What the process holds of the machine's memory, after a collection. */
fun residentBytes(): Long {
    System.gc()
    val line = File("/proc/self/status").readLines().first { it.startsWith("VmRSS:") }
    return line.filter { it.isDigit() }.toLong() * 1_024
}
