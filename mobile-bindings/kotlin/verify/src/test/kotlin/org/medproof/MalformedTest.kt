package org.medproof

import java.nio.charset.CharacterCodingException
import kotlin.random.Random
import kotlin.test.Test
import kotlin.test.assertTrue

/** Whatever is handed over, the answer is a verdict or a typed error. */
class MalformedTest {
    private val random = Random(20_260_101)
    private val honest = Vectors.cases("verify.json").first()
    private val policy = Policy(Purpose.HOLDER, Mode.ONLINE)
    private val kinds = Vectors.cases("decode.json").map { it.text("type") }.distinct()

    @Test
    fun malformedInputsGiveTypedErrorsOnly() {
        val messages = Vectors.cases("decode.json").map { it.bytes("bytes") }
        val inputs = List(INPUTS) { bend(messages[it % messages.size]) } + listOf(ByteArray(0), ByteArray(4_000_000))
        var refused = 0
        val client = Client(honest.bytes("anchor"))
        for (input in inputs) {
            val text = String(input, if (random.nextBoolean()) Charsets.UTF_16 else Charsets.ISO_8859_1).take(5_000)
            for (call in calls(client, input, text)) {
                try {
                    call()
                } catch (_: ClientException) {
                    refused++
                } catch (_: CharacterCodingException) {
                    refused++
                }
            }
        }
        assertTrue(refused > INPUTS, "$refused calls refused")
        Vectors.report("malformed inputs", inputs.size)
    }

    private fun calls(client: Client, input: ByteArray, text: String): List<() -> Any?> = listOf(
        { Client(input).close() },
        { Client.resume(input, input).close() },
        { Client.resume(honest.bytes("anchor"), input).close() },
        { client.advance(input, random.nextLong().toULong()) },
        { client.verify(text, input, random.nextLong().toULong(), policy) },
        { client.verify(honest.text("scan"), input, honest.nowMs(), policy) },
        { client.verifyBucket(honest.text("scan"), input, honest.nowMs(), policy) },
        { client.verifyMany(listOf(text, honest.text("scan")), input, honest.nowMs(), policy) },
        { client.verifyRecord(input, input, honest.nowMs()) },
        { checkFork(input) },
        { messageFromText(text) },
        { parseScan(text, random.nextBoolean()) },
        { readMessage(kinds.random(random), input) },
        { readMessage(text, input) },
    )

    /** Cut, prolonged, with flipped bits, or replaced altogether. */
    private fun bend(message: ByteArray): ByteArray = when (random.nextInt(4)) {
        0 -> message.copyOf(random.nextInt(message.size + 1))
        1 -> message + random.nextBytes(random.nextInt(64))
        2 -> message.copyOf().also { bent ->
            repeat(if (bent.isEmpty()) 0 else 1 + random.nextInt(8)) {
                bent[random.nextInt(bent.size)] = random.nextInt().toByte()
            }
        }
        else -> random.nextBytes(random.nextInt(4_096))
    }

    private companion object {
        const val INPUTS = 1_000
    }
}
